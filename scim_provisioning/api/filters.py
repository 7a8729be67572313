"""The query parameters of a search (RFC 7644 §3.4.2), as a filter set."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from django import forms
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django_filters import Filter, FilterSet

from ..adapters.collections import Collection
from ..adapters.filtering import condition
from ..conf import settings
from ..operations import cursors
from ..operations.caller import Caller
from ..operations.search import Found, Sort
from ..protocol import versions
from ..protocol.binding import Bound, bind
from ..protocol.errors import InvalidCount, InvalidFilter, InvalidValue
from ..protocol.expressions import AttributePath, Expression
from ..protocol.parser import parse_attribute_path, parse_filter

FURTHEST = 2**31
"""Beyond this, every page is empty; no database has to be asked with a larger number."""

INTEGER = re.compile(r"-?[0-9]{1,4000}")
"""`int` alone takes `１`, `1_0` and blanks; of more digits, it refuses to make a number."""


class ExpressionField(forms.Field):
    """A filter, parsed. Nothing is stripped: the text is the client's, and an empty one is malformed."""

    def clean(self, value: str | None) -> Expression | None:
        return None if value is None else parse_filter(value)


class NumberField(forms.Field):
    """An integer; one that no page could have is brought to the nearest that could."""

    def clean(self, value: str | None) -> int | None:
        if not value:
            return None
        if not INTEGER.fullmatch(value):
            raise InvalidValue(f"`startIndex` and `count` are integers, not {value[:100]!r}.")
        return max(-FURTHEST, min(int(value), FURTHEST))


class AttributeField(forms.Field):
    """The name of an attribute."""

    def clean(self, value: str | None) -> AttributePath | None:
        return parse_attribute_path(value) if value else None


class OrderField(forms.Field):
    """The words `ascending` and `descending`; whether it is the second."""

    def clean(self, value: str | None) -> bool:
        if value and value.lower() not in ("ascending", "descending"):
            raise InvalidValue(f"`sortOrder` is ascending or descending, not {value[:100]!r}.")
        return value is not None and value.lower() == "descending"


class ExpressionFilter(Filter):
    """Narrows a queryset by a filter expression."""

    field_class = ExpressionField


class Parameter(Filter):
    """A parameter that says how the result is wanted, and narrows nothing."""

    def __init__(self, field_class: type[forms.Field]) -> None:
        super().__init__()
        self.field_class = field_class

    def filter(self, qs: QuerySet[Model], value: object) -> QuerySet[Model]:
        return qs


class ScimFilterSet(FilterSet):
    """What a client asks of the collections behind /Users or /Groups; raises the SCIM error for a wrong question."""

    filter = ExpressionFilter(method="narrow")
    sortBy = Parameter(AttributeField)
    sortOrder = Parameter(OrderField)
    startIndex = Parameter(NumberField)
    count = Parameter(NumberField)
    cursor = Parameter(forms.Field)

    def __init__(self, data: QueryDict, caller: Caller, resource_type: str) -> None:
        if len(data.getlist("filter")) > 1:
            raise InvalidFilter("`filter` is there more than once; join the expressions with `and`.")
        self.scope = resource_type
        self.asked = data
        self.collections = caller.directory.collections(resource_type)
        super().__init__(data, self.collections[0].queryset())
        self.is_valid()
        expression = self.form.cleaned_data["filter"]
        self.kind = caller.directory.resource_type(resource_type)
        self.bound: Bound | None = expression and bind(expression, self.kind, caller.leniency)

    @property
    def start(self) -> int:
        """The 1-based index of the first resource; less than 1 means 1 (RFC 7644 §3.4.2.4)."""
        return max(self.form.cleaned_data["startIndex"] or 1, 1)

    @property
    def size(self) -> int:
        """How many resources the page may hold; a negative number means none, too large a one the maximum."""
        asked = self.form.cleaned_data["count"]
        return min(max(settings.DEFAULT_COUNT if asked is None else asked, 0), settings.MAX_COUNT)

    @property
    def is_by_cursor(self) -> bool:
        """Whether the pages are asked for by cursor; an empty one asks for the first (RFC 9865 §2)."""
        if "cursor" in self.asked and "startIndex" in self.asked:
            raise InvalidValue("`startIndex` and `cursor` exclude each other: send one of them.")
        return "cursor" in self.asked

    def book(self, caller: Caller) -> cursors.Book:
        """What the cursors of this question have in common."""
        asked = self.form.cleaned_data["count"]
        if asked is not None and asked > settings.MAX_COUNT:
            raise InvalidCount(f"`count` is {settings.MAX_COUNT} at the most.")
        parts = ("filter", "sortBy", "sortOrder")
        question = json.dumps([self.scope, *(self.asked.get(part) for part in parts)])
        return cursors.Book(caller, question, self.size)

    @property
    def sort(self) -> Sort | None:
        """What to sort by; of a multi-valued attribute its values, unless a sub-attribute is named (§3.4.2.3)."""
        path = self.form.cleaned_data["sortBy"]
        if path is None:
            return None
        target = self.kind.resolve(path)
        if target is not None and target.sub is None and target.attribute.multi_valued and target.attribute.is_complex:
            target = replace(target, sub=target.attribute.sub("value"))
        if (
            target is None
            or target.leaf.is_complex
            or target.key == versions.KEY
            or "never" in (target.leaf.returned, target.attribute.returned)
        ):
            raise InvalidValue(f"`sortBy` names an attribute with simple values; {str(path)!r} is none.")
        return Sort(target, self.form.cleaned_data["sortOrder"])

    def found(self) -> list[Found]:
        """Each collection with its rows that satisfy the filter."""
        return [(collection, self._of(collection)) for collection in self.collections]

    def _of(self, collection: Collection) -> QuerySet[Model]:
        self.collection = collection
        return self.filter_queryset(collection.queryset())

    def narrow(self, queryset: QuerySet[Model], name: str, value: Expression) -> QuerySet[Model]:
        """The filter's method: the rows of the collection at hand that satisfy the expression."""
        return queryset if self.bound is None else queryset.filter(condition(self.bound, self.collection))
