"""The description of an event, field by field."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from attention_point.foundation.errors import FieldError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.events.models import Event
from attention_point.registers.shared.code_lists import (
    COUNTRIES,
    DEVELOPMENT_GOALS,
    PARTNER_ROLES,
    read_code_lists,
    read_column_names,
)
from attention_point.registers.shared.records.year_totals import TotalPart, build_count_parts
from attention_point.registers.shared.rules import list_months_between, parse_day_span
from attention_point.registers.shared.schema import schema
from attention_point.registers.shared.schema.common_fields import (
    NAME_FIELD,
    NEXT_STEPS_FIELD,
    NOTES_FIELD,
    ONE_PER_LINE_HINT,
    PART_DATE_HINT,
    PURPOSE_FIELD,
    TAGS_FIELD,
    YEAR_FIELD,
    build_state_field,
)
from attention_point.registers.shared.schema.schema import Data, Field, Group, Register, build_year_entries

_DATA_FOLDER = Path(__file__).with_name("data")
CODE_LISTS = read_code_lists(_DATA_FOLDER / "lists.yaml")
EVENT_KINDS, EVENT_STATES = CODE_LISTS["kinds"], CODE_LISTS["states"]
DIPLOMATIC_MEETING = "diplomatic-meeting"
_MAX_MONTHS = 24
"""A longer event stands in the calendar of its first months only: a wrong year would fill the index with months."""


def _build_index_entries(register: Register, data: Data) -> Iterable[tuple[str, str]]:
    """Build the entries of the years, and of the months in whose calendar an event stands."""
    # An event of a year only is in no month.
    yield from build_year_entries(register, data)
    if data.get("date", "").count("-"):
        first_day, last_day = parse_day_span(data["date"])
        last_day = max(last_day, parse_day_span(data["until"])[1]) if data.get("until") else last_day
        yield from (("month", month) for month in islice(list_months_between(first_day, last_day), _MAX_MONTHS))


def _list_total_parts(data: Data) -> Iterable[TotalPart]:
    """List what an event adds: its countries, its participants, and that it was one of the office's own events."""
    # A meeting with a mission is no event of the office's: eight countries that were met are not eight events.
    if data.get("kind") == DIPLOMATIC_MEETING:
        yield from ((f"met/{code}", 1) for code in data.get("countries", ()) if data["state"] == "done")
    else:
        yield f"held/{data['state']}", 1
    yield from ((f"country/{code}", 1) for code in data.get("countries", ()))
    # Those who are expected have not come.
    if "participants" in data and data["state"] in {"done", "followed-up"}:
        yield from build_count_parts("reached", data["participants"])


def _list_contradictions(data: Data) -> Iterable[FieldError]:
    """List the error of an event that ends before it begins."""
    first, last = data.get("date"), data.get("until")
    if first and last and parse_day_span(last)[1] < parse_day_span(first)[0]:
        yield FieldError("until", _("The event cannot end before it begins."))


EVENTS = Register(
    name="events",
    title=N_("Events and positioning"),
    add_label=N_("Add an event"),
    empty_message=N_("No events yet. Add the first one, or import a spreadsheet."),
    model=Event,
    state_field="state",
    build_entries=_build_index_entries,
    list_total_parts=_list_total_parts,
    state_icons={
        "planned": ("clock", "active"),
        "done": ("checked", "good"),
        "postponed": ("warning", "neutral"),
        "cancelled": ("cross", "bad"),
        "followed-up": ("eye", "active"),
    },
    list_contradictions=_list_contradictions,
    end_field="until",
    column_names=read_column_names(_DATA_FOLDER / "column_names.yaml")["events"],
    groups=(
        Group(
            N_("The event"),
            (
                NAME_FIELD,
                Field("date", N_("Date"), schema.DATE, listed=True, hint=PART_DATE_HINT),
                Field("until", N_("Until"), schema.DATE, hint=N_("Only if it lasts more than a day.")),
                build_state_field(EVENT_STATES),
                Field("reason", N_("Reason"), schema.LONG_TEXT, shown_when="state=postponed|cancelled", copied=False),
                Field("new_date", N_("New date"), schema.DATE, shown_when="state=postponed"),
                Field("kind", N_("Kind"), schema.CODE, codes=EVENT_KINDS, filtered=True),
                Field("place", N_("Place"), searched=True, listed=True),
            ),
        ),
        Group(
            N_("Who"),
            (
                Field("organisers", N_("Organisers"), schema.ORGANISATIONS, listed=True, beneath_name=True),
                Field("participants", N_("Participants"), schema.COUNT, listed=True, copied=False),
            ),
        ),
        Group(
            N_("Partners and countries"),
            (
                Field("partners", N_("Partners"), schema.ORGANISATIONS, codes=PARTNER_ROLES),
                Field("countries", N_("Countries"), schema.CODES, codes=COUNTRIES, filtered=True),
            ),
            folded=True,
        ),
        Group(
            N_("Aim, results and press"),
            (
                PURPOSE_FIELD,
                Field("activities", N_("Activities"), schema.TEXTS, searched=True, hint=ONE_PER_LINE_HINT),
                Field("results", N_("Results"), schema.TEXTS, searched=True, hint=ONE_PER_LINE_HINT, copied=False),
                NEXT_STEPS_FIELD,
                Field(
                    "press",
                    N_("Press mentions"),
                    schema.ROWS,
                    searched=True,
                    copied=False,
                    fields=(
                        Field("medium", N_("Medium"), required=True, searched=True),
                        Field("title", N_("Title"), searched=True),
                        Field("date", N_("Date"), schema.DATE),
                        Field("link", N_("Link"), schema.URL),
                    ),
                ),
            ),
            folded=True,
        ),
        Group(
            N_("Cost, report and calendar"),
            (
                Field("cost", N_("Cost to the municipality"), schema.MONEY, hint=N_("Write 0 if it cost nothing.")),
                YEAR_FIELD,
                Field(
                    "sdgs", N_("Sustainable Development Goals"), schema.CODES, codes=DEVELOPMENT_GOALS, filtered=True
                ),
                Field("plan_line", N_("Line of the development plan"), searched=True),
                TAGS_FIELD,
                NOTES_FIELD,
                Field(
                    "public",
                    N_("Show it in the public calendar"),
                    schema.YES_NO,
                    filtered=True,
                    hint=N_("The public calendar shows only its name, dates, place and state."),
                ),
            ),
            folded=True,
        ),
    ),
)
