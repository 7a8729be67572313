"""What is sent: names that are nobody's, and values that the mapped columns take."""

from __future__ import annotations

from collections.abc import Mapping

from ..adapters.base import UserAdapter
from ..adapters.columns import Choice, Column
from ..adapters.registry import user_adapter
from ..protocol.constants import ENTERPRISE_USER

NEEDED = {"title": "title", "department": f"{ENTERPRISE_USER}:department"}
"""Values by name, and the attributes that they are for."""

VALUES: Mapping[str, str] = {
    "domain": "scim-doctor.example",
    "given": "Scim",
    "family": "Doctor",
    "other_family": "Doctor-Again",
    "title": "Test engineer",
    "department": "Test department",
}
"""What can be said otherwise by `--value name=text`."""


def texts(run: str, given: Mapping[str, str]) -> dict[str, str]:
    """What the placeholders of conversations stand for in one run."""
    values = {**VALUES, **taken(user_adapter()), **given}
    login = f"doctor.{run}@{values['domain']}"
    made = {
        "run": run,
        "number": str(int(run, 16) % 10**8),
        "login": login,
        "LOGIN": login.upper(),
        "colleague": f"colleague.{run}@{values['domain']}",
        "other_mail": f"changed.{run}@{values['domain']}",
        "new_group": f"SCIM doctor, pushed {run}",
        "renamed": f"SCIM doctor, renamed {run}",
    }
    return made | values


def writable(known: Mapping[str, str]) -> frozenset[str]:
    """The attributes that a step may need, of those that a client may write and a value is known for."""
    bound = user_adapter().bound(None)
    return frozenset(key for name, key in NEEDED.items() if key in bound and bound[key].writable and known[name])


def taken(adapter: type[UserAdapter]) -> dict[str, str]:
    """Values that columns with a vocabulary of their own take; empty where there is none yet."""
    found = {}
    for name, key in NEEDED.items():
        source = adapter.bound(None).get(key)
        if isinstance(source, Choice):
            found[name] = next((shown for shown in source.shown.values() if isinstance(shown, str)), "")
        elif isinstance(source, Column) and source.field.choices:
            found[name] = str(source.field.flatchoices[0][0])
        elif isinstance(source, Column) and source.hops and source.hops[-1].is_shared:
            rows = source.hops[-1].model._base_manager.order_by("pk")
            found[name] = str(rows.values_list(source.field.name, flat=True).first() or "")
    return found
