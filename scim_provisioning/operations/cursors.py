"""Pages by cursor (RFC 9865): a cursor names the row where a page ends, so nothing is stored and nothing is skipped.

A cursor is signed with the site's key, and bound to the connection, to what was asked and to the size of the pages.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Cast
from django.db.models.lookups import Exact, GreaterThan, IsNull, LessThan

from ..adapters.lookups import CodePointOrder
from ..adapters.sorting import ordering, sort_key
from ..conf import settings
from ..protocol.documents import Projection
from ..protocol.errors import ExpiredCursor, InvalidCount, InvalidCursor
from .caller import Caller
from .search import Found, Sort, documents

# A full stop is an unreserved character, and none of base64's.
SIGNER: Final = TimestampSigner(salt="scim_provisioning.cursor", sep=".")

# One text for what is no cursor and for somebody else's: which of them it is, is told to nobody.
UNKNOWN: Final = (
    "The cursor does not belong to this question. Go on with the parameters that it came with, or ask for the first "
    "page with an empty `cursor`."
)


@dataclass(frozen=True, slots=True)
class Place:
    """A row in an order: its collection's number, what it is sorted by, what breaks ties; and where the page lies."""

    number: int
    key: Any
    tie: Any
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class CursorPage:
    """Some resources, and the places to go on from; `total` is known for the first page only."""

    documents: list[dict[str, Any]]
    total: int | None
    next: Place | None
    previous: Place | None


@dataclass(frozen=True)
class Book:
    """What the cursors of one question have in common."""

    caller: Caller
    question: str
    size: int

    @property
    def _question(self) -> str:
        return hashlib.sha256(self.question.encode()).hexdigest()[:16]

    def sign(self, place: Place | None) -> str | None:
        """The cursor for a place."""
        if place is None:
            return None
        row = [place.number, _plain(place.key), _plain(place.tie), place.backwards]
        return SIGNER.sign_object([self.caller.connection.pk, self._question, self.size, row])

    def read(self, cursor: str) -> Place:
        """The place that a cursor names; InvalidCursor, ExpiredCursor or InvalidCount where it names none here."""
        try:
            connection, question, size, row = SIGNER.unsign_object(cursor, max_age=settings.CURSOR_SECONDS)
        except SignatureExpired:
            raise ExpiredCursor("The cursor is too old. Ask for the first page again.") from None
        except (BadSignature, ValueError):
            raise InvalidCursor(UNKNOWN) from None
        if connection != self.caller.connection.pk or question != self._question:
            raise InvalidCursor(UNKNOWN)
        if size != self.size:
            raise InvalidCount(f"The pages of this cursor have `count` {size}; go on with that.")
        return Place(*row)


def page(
    found: list[Found], projection: Projection, *, place: Place | None, count: int, sort: Sort | None
) -> CursorPage:
    """The resources next to a place, or the first ones; one row more tells whether there is a further page."""
    backwards = place is not None and place.backwards
    rows = _in_turn(found, place, count + 1) if sort is None else _sorted(found, sort, place, count + 1)
    more, rows = len(rows) > count, rows[:count]
    if backwards:
        rows.reverse()
    further = bool(rows) and (more or backwards)
    earlier = bool(rows) and place is not None and (more or not backwards)
    return CursorPage(
        documents(found, projection, [(row.number, key) for row, key in rows]),
        sum(part.count() for _, part in found) if place is None else None,
        next=rows[-1][0] if further else None,
        previous=replace(rows[0][0], backwards=True) if earlier else None,
    )


Rows = list[tuple[Place, Any]]
"""Places, each with the primary key of its row."""


def _in_turn(found: list[Found], place: Place | None, left: int) -> Rows:
    """The rows in the default order: the collections in turn, each by primary key."""
    backwards = place is not None and place.backwards
    rows: Rows = []
    for number, (collection, part) in list(enumerate(found))[:: -1 if backwards else 1]:
        if place is not None and number == place.number:
            key = collection.model._meta.pk.to_python(place.tie)
            part = part.filter(**{"pk__lt" if backwards else "pk__gt": key})
        elif place is not None and (number > place.number) == backwards:
            continue
        keys = part.order_by("-pk" if backwards else "pk").values_list("pk", flat=True)[: left - len(rows)]
        rows += [(Place(number, None, key), key) for key in keys]
        if len(rows) == left:
            break
    return rows


def _sorted(found: list[Found], sort: Sort, place: Place | None, left: int) -> Rows:
    """The rows under an order; one statement, over several collections the union of them."""
    parts = [_keyed(number, each, sort, place, alone=len(found) == 1) for number, each in enumerate(found)]
    backwards = place is not None and place.backwards
    order = ordering(F("sort_key"), descending=sort.descending != backwards)
    united = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    rows = united.order_by(order, F("sort_tie").desc() if backwards else F("sort_tie").asc())[:left]
    return [(Place(number, key, tie), found[number][0].model._meta.pk.to_python(pk)) for key, tie, pk, number in rows]


def _keyed(number: int, found: Found, sort: Sort, place: Place | None, *, alone: bool) -> Any:
    """A collection's rows beyond the place, with what they are sorted by; ties are broken as in pages by index."""
    collection, part = found
    key = sort_key(collection, sort.target)
    tie: Any = F("pk") if alone else CodePointOrder(collection.identifier.expression())
    keyed = part.order_by().annotate(
        sort_key=key, sort_tie=tie, sort_pk=Cast("pk", TextField()), sort_from=Value(number)
    )
    if place is not None:
        pk = collection.model._meta.pk
        last = Value(pk.to_python(place.tie), pk) if alone else Value(place.tie)
        keyed = keyed.filter(_beyond(key, tie, last, sort, place))
    return keyed.values_list("sort_key", "sort_tie", "sort_pk", "sort_from")


def _beyond(key: Any, tie: Any, last: Value, sort: Sort, place: Place) -> Q:
    """The rows on the far side of a place; `last` is its tie, as the database has it.

    Absent keys stand last where the way goes up, first where it goes down.
    """
    downwards = sort.descending != place.backwards
    further = Q((LessThan if place.backwards else GreaterThan)(tie, last))
    absent = Q(IsNull(key, True))
    if place.key is None:
        return absent & further | Q(IsNull(key, False)) if downwards else absent & further
    value = Value(_typed(sort, place.key))
    beyond = Q((LessThan if downwards else GreaterThan)(key, value)) | Q(Exact(key, value)) & further
    return beyond if downwards else beyond | absent


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, (bool, int)) else str(value)


def _typed(sort: Sort, value: Any) -> Any:
    """A key as the database gave it."""
    match sort.target.leaf.type:
        case "dateTime" if isinstance(value, str):
            return datetime.fromisoformat(value)
        case "integer" | "decimal":
            return Decimal(value)
    return value
