"""What is asked of the Events, as it stands in the address of the page: all of it, so that it can be sent on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..models import Connection, Event
from ..operations.history import Position, Wanted

Kind = Event.Operation

FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)
"""Databases and calendars differ in what they make of days beyond."""

PERIODS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)} | {
    "month": timedelta(days=30)
}


class PositionField(forms.CharField):
    """A place between the Events, as the links Newer and Older have it."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            position = Position.parse(text)
        except (ValueError, OverflowError):
            position = None
        if position is None or not _is_possible(position):
            raise forms.ValidationError(_("The address does not say where the page begins."), code="invalid")
        return position


class DayField(forms.DateField):
    """A day, by the clock of the project."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        limits = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, validators=limits, required=False, **kwargs)


class EventForm(forms.Form):
    """The filters, all of which must be true of an Event; what cannot be understood finds nothing."""

    search = forms.CharField(label=_("Name, id or request"), max_length=255, required=False)
    outcome = forms.ChoiceField(
        label=pgettext_lazy("of events", "Outcome"),
        choices=[
            ("", pgettext_lazy("events", "All")),
            ("changed", _("Changed something")),
            ("refused", pgettext_lazy("events", "Refused")),
        ],
        required=False,
    )
    operation = forms.ChoiceField(
        label=pgettext_lazy("of events", "Operation"),
        choices=[
            ("", pgettext_lazy("events", "All")),
            (Kind.CREATE, pgettext_lazy("operation", "Create")),
            (Kind.PATCH, pgettext_lazy("operation", "Change (PATCH)")),
            (Kind.REPLACE, pgettext_lazy("operation", "Replace (PUT)")),
            (Kind.DELETE, pgettext_lazy("operation", "Delete")),
            (Kind.READ, pgettext_lazy("operation", "Look up")),
            (Kind.BULK, pgettext_lazy("operation", "Bulk request")),
        ],
        required=False,
    )
    connection = forms.ChoiceField(label=pgettext_lazy("of events", "Connection"), required=False)
    period = forms.ChoiceField(
        label=pgettext_lazy("of events", "Time"),
        choices=[
            ("", _("Any time")),
            ("hour", _("Last hour")),
            ("day", _("Last 24 hours")),
            ("week", _("Last 7 days")),
            ("month", _("Last 30 days")),
        ],
        required=False,
    )
    since = DayField(label=pgettext_lazy("a day", "From"))
    until = DayField(label=pgettext_lazy("a day", "To"))
    user = forms.CharField(max_length=255, strip=False, required=False, widget=forms.HiddenInput)
    group = forms.CharField(max_length=255, strip=False, required=False, widget=forms.HiddenInput)
    older = PositionField(required=False, widget=forms.HiddenInput)
    newer = PositionField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, connections: Sequence[tuple[Connection, str]] = ()) -> None:
        super().__init__(data, auto_id="scim-%s")
        self.connections = {str(connection.pk): connection for connection, name in connections}
        if self.connections:
            named = [(str(connection.pk), name) for connection, name in connections]
            field: Any = self.fields["connection"]
            field.choices = [("", pgettext_lazy("events", "All")), *named]
        else:
            del self.fields["connection"]

    def clean(self) -> dict[str, Any]:
        """What is not asked for in these words is not passed over, for then more would be found than was meant."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.data.keys() - self.fields.keys():
            raise forms.ValidationError(_("The address asks for something that this page does not know."))
        if cleaned.get("older") and cleaned.get("newer"):
            raise forms.ValidationError(_("The address does not say where the page begins."))
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("This day is before the first one."))
        return cleaned

    def wanted(self, only: Connection | None = None) -> Wanted:
        """What is asked for, of a form that is valid; `only` confines it to what one connection did and sees."""
        asked = self.cleaned_data
        return Wanted(
            since=self._since(),
            until=_midnight(asked["until"] + timedelta(days=1)) if asked["until"] else None,
            user=asked["user"],
            group=asked["group"],
            operation=asked["operation"],
            refused={"refused": True, "changed": False}.get(asked["outcome"]),
            connection=only or self.connections.get(asked.get("connection", "")),
            search=asked["search"],
            confined=only is not None,
        )

    def _since(self) -> datetime | None:
        day, period = self.cleaned_data["since"], self.cleaned_data["period"]
        begins = [_midnight(day)] if day else []
        if period:
            begins.append(timezone.now() - PERIODS[period])
        return max(begins, default=None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for, but perhaps a page of it."""
        return not self.asked() and not self.errors

    def asked(self) -> dict[str, str]:
        """What is asked for, as the address says it, but not which page of it."""
        names = self.fields.keys() - {"older", "newer"}
        return {name: value for name, value in self.data.items() if name in names and value}

    def query(self, **changes: Any) -> str:
        """The address's part with the filters, and other values for some of them; None takes one away."""
        asked = {**self.asked(), **changes}
        return "?" + urlencode({name: value for name, value in asked.items() if value is not None})


def _is_possible(position: Position) -> bool:
    """Whether the database can be asked for it."""
    is_in_time = FIRST_DAY < position.at.date() < LAST_DAY
    return is_in_time and timezone.is_aware(position.at) == settings.USE_TZ


def _midnight(day: date) -> datetime:
    """When the day begins, by the clock of the project."""
    begins = datetime.combine(day, time())
    return timezone.make_aware(begins) if settings.USE_TZ else begins
