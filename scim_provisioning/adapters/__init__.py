"""What a host imports to say where its users and groups are stored."""

from ..protocol.constants import ENTERPRISE_USER
from .base import AuthGroupAdapter, GroupAdapter, UserAdapter
from .columns import Choice, Column
from .lists import SingleValue, StoredList
from .membership import Membership
from .people import Manager, Password
from .records import FullName, Stored
from .references import Groups, Members
from .registry import touch
from .sources import Computed, Constant, Source
from .tables import MultiValue

__all__ = [
    "ENTERPRISE_USER",
    "AuthGroupAdapter",
    "Choice",
    "Column",
    "Computed",
    "Constant",
    "FullName",
    "GroupAdapter",
    "Groups",
    "Manager",
    "Members",
    "Membership",
    "MultiValue",
    "Password",
    "SingleValue",
    "Source",
    "Stored",
    "StoredList",
    "UserAdapter",
    "touch",
]
