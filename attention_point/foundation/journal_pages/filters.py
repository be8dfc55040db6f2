"""The filters of the journal's page. They stand in the address as ids and codes, so that a bookmark holds no name."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from wtforms import SelectField, StringField

from attention_point import texts
from attention_point.foundation import clock
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.journal.naming import ActorName
from attention_point.foundation.journal.queries import EntrySearch
from attention_point.foundation.journal_pages.entry_descriptions import group_actions, label_for_action
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import PlainForm

PARAMETER_NAMES = ("person", "kind", "record", "actor", "action", "since", "until")
MAX_RECORD_ID_LENGTH = 80  # characters of a record's id
# Colombians write the day first; an address that was shared may hold ISO 8601.
_LOCAL_DAY = re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_YEARS = range(2000, 2200)  # 31 December 9999 has no day after it, which a search needs


@dataclass(frozen=True, slots=True)
class JournalFilters:
    """The filters of an address. ``query_parameters`` holds those that are set, as they stand in the address."""

    person: UUID | None
    search: EntrySearch
    query_parameters: Mapping[str, str]


def read_filters(arguments: Mapping[str, str], actors: Mapping[str, ActorName]) -> JournalFilters:
    """Read the filters of an address. Raises Invalid, which names each wrong field."""
    given_parameters = {name: text for name in PARAMETER_NAMES if (text := arguments.get(name, "").strip())}
    # All fields are read before anything is refused, so that the page shows every error at once.
    readers: tuple[tuple[str, Callable[[str], Any], str], ...] = (
        ("person", UUID, _("The address does not name a person.")),
        ("kind", _read_record_text, _("The address does not name a record.")),
        ("record", _read_record_text, _("The address does not name a record.")),
        (
            "actor",
            lambda text: actors[text] and text,
            _("Nobody in the list has this name. Choose somebody from the list."),
        ),
        ("action", _read_action, _("This action does not exist. Choose one from the list.")),
        ("since", _read_day, _("This is not a date. Write it like 31/12/2026.")),
        ("until", _read_day, _("This is not a date. Write it like 31/12/2026.")),
    )
    values, errors = {}, []
    for name, read_value, message in readers:
        try:
            values[name] = read_value(given_parameters[name]) if name in given_parameters else None
        except (ValueError, KeyError):
            errors.append(FieldError(name, message))
    if not errors and values["since"] and values["until"] and values["since"] > values["until"]:
        errors.append(FieldError("until", _("The last day is before the first.")))
    if errors:
        raise Invalid(_("These filters cannot be used."), tuple(errors))
    search = EntrySearch(
        values["actor"],
        values["action"],
        _start_of_day(values["since"]) if values["since"] else None,
        # The last day is included, so the search ends where the day after it begins.
        _start_of_day(values["until"] + timedelta(days=1)) if values["until"] else None,
        values["kind"] if values["record"] else None,
        values["record"],
    )
    return JournalFilters(values["person"], search, given_parameters)


def _read_record_text(text: str) -> str:
    if len(text) > MAX_RECORD_ID_LENGTH or not texts.is_fit_text(text):
        raise ValueError("record")
    return text


def _read_action(text: str) -> str:
    if label_for_action(text) == text:  # a code list gives an unknown code back as it is
        raise ValueError("action")
    return text


def _read_day(text: str) -> date:
    match = _LOCAL_DAY.fullmatch(text) or _ISO_DAY.fullmatch(text)
    if match is None or int(match["year"]) not in _YEARS:
        raise ValueError("day")
    return date(int(match["year"]), int(match["month"]), int(match["day"]))


def _start_of_day(day: date) -> datetime:
    return datetime.combine(day, time(), clock.TIME_ZONE)


class FilterForm(PlainForm):
    """The filters as a form. ``read_filters`` validates them."""

    actor = SelectField(N_("Who"), validate_choice=False)
    action = SelectField(N_("What was done"), validate_choice=False)
    since = StringField(N_("From"))
    until = StringField(N_("To"))


def build_filter_form(
    arguments: Any, actors: Mapping[str, ActorName], actions: Sequence[str], errors: Sequence[FieldError] = ()
) -> FilterForm:
    """Return the form with the values of the address, and the errors at its fields."""
    form = FilterForm(arguments)
    form.show_field_errors(errors)
    people = sorted(((label, name.full_text) for label, name in actors.items()), key=lambda actor: actor[1].casefold())
    form.actor.choices = [("", _("Everybody")), *people]
    form.action.choices = {_("Any action"): [("", _("Any action"))], **group_actions(actions)}
    return form
