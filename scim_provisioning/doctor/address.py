"""What is tried first, whoever the provider is: that requests arrive whole, with their method, query and token."""

from __future__ import annotations

from typing import Any

from ..protocol.constants import PATCH_OP, USER
from .conversations import Phase, Provider, Step

NOBODY = "/Users/nobody-{run}"
CHANGE = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "active", "value": False}]}


def _arrives(method: str, body: Any = None) -> Step:
    """A method that firewalls are known to block, tried on somebody who does not exist."""
    return Step(f"{method} arrives", method, NOBODY, body, (404,))


ADDRESS = Provider(
    "address",
    {
        Phase.ADDRESS: (
            Step("the configuration is there", "GET", "/ServiceProviderConfig", shows={"patch.supported": True}),
            Step(
                "a token that is none is refused",
                "GET",
                "/ServiceProviderConfig",
                status=(401,),
                headers={"Authorization": "Bearer none-{run}"},
            ),
            Step(
                "the query arrives: a filter that cannot be read is refused",
                "GET",
                "/Users?filter=userName eq",
                status=(400,),
                shows={"scimType": "invalidFilter"},
            ),
            _arrives("PUT", {"schemas": [USER], "userName": "nobody-{run}"}),
            _arrives("PATCH", CHANGE),
            _arrives("DELETE"),
        )
    },
)
