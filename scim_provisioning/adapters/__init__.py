"""What a host imports to say where its users and groups are stored."""

from ..protocol.constants import ENTERPRISE_USER
from .base import AuthGroupAdapter, GroupAdapter, UserAdapter
from .many import Groups, Members, SingleValue, StoredList
from .sources import Column, Constant, FullName, Source, Stored

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
]
