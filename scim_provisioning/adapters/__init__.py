"""What a host imports to say where its users and groups are stored."""

from ..protocol.constants import ENTERPRISE_USER
from .base import AuthGroupAdapter, GroupAdapter, UserAdapter
from .lists import SingleValue, StoredList
from .records import FullName, Stored
from .references import Groups, Members
from .registry import touch
from .sources import Column, Constant, Source

__all__ = [
    "ENTERPRISE_USER",
    "AuthGroupAdapter",
    "Column",
    "Constant",
    "FullName",
    "GroupAdapter",
    "Groups",
    "Members",
    "SingleValue",
    "Source",
    "Stored",
    "StoredList",
    "UserAdapter",
    "touch",
]
