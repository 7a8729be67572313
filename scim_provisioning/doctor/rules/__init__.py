"""Everything that can be known of a fault by its signs; of several rules that fit, the first counts."""

from __future__ import annotations

from . import arrival, network, product

RULES = (*network.RULES, *arrival.RULES, *product.RULES)
