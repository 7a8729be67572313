"""The query parameters of a search (RFC 7644 §3.4.2), as a filter set."""

from __future__ import annotations

from django import forms
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django_filters import Filter, FilterSet

from ..adapters.collections import Collection
from ..adapters.filtering import condition
from ..conf import settings
from ..operations.caller import Caller
from ..operations.search import Found
from ..protocol.binding import Bound, bind
from ..protocol.errors import InvalidFilter, InvalidValue
from ..protocol.expressions import Expression
from ..protocol.parser import parse_filter

FURTHEST = 2**31
"""Beyond this, every page is empty; no database has to be asked with a larger number."""


class ExpressionField(forms.Field):
    """A filter, parsed. Nothing is stripped: the text is the client's, and an empty one is malformed."""

    def clean(self, value: str | None) -> Expression | None:
        return None if value is None else parse_filter(value)


class NumberField(forms.Field):
    """An integer; one that no page could have is brought to the nearest that could."""

    def clean(self, value: str | None) -> int | None:
        if not value:
            return None
        try:
            return max(-FURTHEST, min(int(value), FURTHEST))
        except ValueError:
            raise InvalidValue(f"`startIndex` and `count` are integers, not {value[:100]!r}.") from None


class ExpressionFilter(Filter):
    """Narrows a queryset by a filter expression."""

    field_class = ExpressionField


class NumberFilter(Filter):
    """A number that says which part of the result is wanted, and narrows nothing."""

    field_class = NumberField

    def filter(self, qs: QuerySet[Model], value: int | None) -> QuerySet[Model]:
        return qs


class ScimFilterSet(FilterSet):
    """What a client asks of the collections behind /Users or /Groups; raises the SCIM error for a wrong question."""

    filter = ExpressionFilter(method="narrow")
    startIndex = NumberFilter()
    count = NumberFilter()

    def __init__(self, data: QueryDict, caller: Caller, resource_type: str) -> None:
        if len(data.getlist("filter")) > 1:
            raise InvalidFilter("`filter` is there more than once; join the expressions with `and`.")
        self.collections = caller.directory.collections(resource_type)
        super().__init__(data, self.collections[0].queryset())
        self.is_valid()
        expression = self.form.cleaned_data["filter"]
        strict = caller.leniency.strict
        self.bound: Bound | None = expression and bind(
            expression, caller.directory.resource_type(resource_type), lenient=not strict
        )

    @property
    def start(self) -> int:
        """The 1-based index of the first resource; less than 1 means 1 (RFC 7644 §3.4.2.4)."""
        return max(self.form.cleaned_data["startIndex"] or 1, 1)

    @property
    def size(self) -> int:
        """How many resources the page may hold; a negative number means none, too large a one the maximum."""
        asked = self.form.cleaned_data["count"]
        return min(max(settings.DEFAULT_COUNT if asked is None else asked, 0), settings.MAX_COUNT)

    def found(self) -> list[Found]:
        """Each collection with its rows that satisfy the filter."""
        return [(collection, self._of(collection)) for collection in self.collections]

    def _of(self, collection: Collection) -> QuerySet[Model]:
        self.collection = collection
        return self.filter_queryset(collection.queryset())

    def narrow(self, queryset: QuerySet[Model], name: str, value: Expression) -> QuerySet[Model]:
        """The filter's method: the rows of the collection at hand that satisfy the expression."""
        return queryset if self.bound is None else queryset.filter(condition(self.bound, self.collection))
