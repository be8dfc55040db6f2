"""What a reader of the journal looks for: all of it in the address, by ids and codes alone, so that it can be kept."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from wtforms import Form, SelectField, StringField

from attention_point import texts
from attention_point.foundation import clock
from attention_point.foundation.journal.naming import ActorName
from attention_point.foundation.journal.queries import Search
from attention_point.foundation.journal.words import action_words, grouped
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid

NAMES = ("person", "kind", "record", "actor", "action", "since", "until")
LONGEST = 80  # characters of a record's id
_DAY = re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_YEARS = range(2000, 2200)


@dataclass(frozen=True, slots=True)
class Filters:
    """A valid choice. ``address`` is what stands in the address; what was left open is not there."""

    person: UUID | None
    search: Search
    address: Mapping[str, str]


def filters_of(arguments: Mapping[str, str], actors: Mapping[str, ActorName]) -> Filters:
    """The choice in an address. Raises Invalid, which names each wrong field."""
    asked = {name: text for name in NAMES if (text := arguments.get(name, "").strip())}
    checks: tuple[tuple[str, Callable[[str], Any], str], ...] = (
        ("person", UUID, _("The address names no person.")),
        ("kind", _short, _("The address names no record.")),
        ("record", _short, _("The address names no record.")),
        ("actor", lambda text: actors[text] and text, _("Nobody of the list acts under this name. Choose one of it.")),
        ("action", _known_action, _("There is no such action. Choose one of the list.")),
        ("since", _day, _("This is not a day. Write it as 31/12/2026.")),
        ("until", _day, _("This is not a day. Write it as 31/12/2026.")),
    )
    values, errors = {}, []
    for name, read, message in checks:
        try:
            values[name] = read(asked[name]) if name in asked else None
        except (ValueError, KeyError):
            errors.append(FieldError(name, message))
    if not errors and values["since"] and values["until"] and values["since"] > values["until"]:
        errors.append(FieldError("until", _("The last day is before the first.")))
    if errors:
        raise Invalid(_("What the address asks for cannot be shown."), tuple(errors))
    search = Search(
        values["actor"],
        values["action"],
        _midnight(values["since"]) if values["since"] else None,
        _midnight(values["until"] + timedelta(days=1)) if values["until"] else None,
        values["kind"] if values["record"] else None,
        values["record"],
    )
    return Filters(values["person"], search, asked)


def _short(text: str) -> str:
    if len(text) > LONGEST or not texts.is_fit(text):
        raise ValueError("record")
    return text


def _known_action(text: str) -> str:
    if action_words(text) == text:
        raise ValueError("action")
    return text


def _day(text: str) -> date:
    found = _DAY.fullmatch(text) or _ISO_DAY.fullmatch(text)
    if found is None or int(found["year"]) not in _YEARS:
        raise ValueError("day")
    return date(int(found["year"]), int(found["month"]), int(found["day"]))


def _midnight(day: date) -> datetime:
    """The moment at which a day begins on the point's wall clock."""
    return datetime.combine(day, time(), clock.ZONE)


class FilterForm(Form):
    """The choice as a form. What can be wrong in it is told by ``filters_of``."""

    actor = SelectField(N_("Who"), validate_choice=False)
    action = SelectField(N_("What was done"), validate_choice=False)
    since = StringField(N_("From"))
    until = StringField(N_("To"))


def filter_form(
    arguments: Any, actors: Mapping[str, ActorName], actions: Sequence[str], errors: Sequence[FieldError] = ()
) -> FilterForm:
    """The form as the address fills it, with what is wrong at its fields."""
    form = FilterForm(arguments)
    for field in form:
        field.label.text = _(field.label.text)
        field.errors = [error.message for error in errors if error.field == field.name]
    people = sorted(((label, name.line) for label, name in actors.items()), key=lambda actor: actor[1].casefold())
    form.actor.choices = [("", _("Everybody")), *people]
    form.action.choices = {_("Any action"): [("", _("Any action"))], **grouped(actions)}
    return form
