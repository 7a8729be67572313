"""Events are kept until they are pruned."""

from __future__ import annotations

from datetime import datetime

from django.db import router

from ..models import Event

AT_ONCE = 1_000
"""How many rows a statement deletes: few enough to be in nobody's way."""


def prune(before: datetime) -> int:
    """Delete the Events from before that time, and tell how many rows they were; each batch commits by itself."""
    rows = Event.objects.using(router.db_for_write(Event)).filter(at__lt=before)
    pruned = 0
    while keys := list(rows.order_by("at").values_list("pk", flat=True)[:AT_ONCE]):
        # Asked once more: a refusal that comes again moves its row to the present.
        pruned += rows.filter(pk__in=keys).delete()[0]
    return pruned
