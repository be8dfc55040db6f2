"""What an event is, field by field."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from attention_point.foundation.language import N_
from attention_point.registers.events.models import Event
from attention_point.registers.shared import describe
from attention_point.registers.shared.adding import Part, counted
from attention_point.registers.shared.codes import COUNTRIES, PARTNER_ROLES, SDGS, read_lists
from attention_point.registers.shared.describe import Data, Field, Group, Register, years_of
from attention_point.registers.shared.rules import months_between, span

LISTS = read_lists(Path(__file__).with_name("data") / "lists.yaml")
KINDS, STATES = LISTS["kinds"], LISTS["states"]
_MONTHS = 24
"""A longer event stands in the calendar of its first months only."""


def _marks(register: Register, data: Data) -> Iterable[tuple[str, str]]:
    """Years, and the months in whose calendar an event stands."""
    yield from years_of(register, data)
    if data.get("date", "").count("-"):
        first, last = span(data["date"])
        last = max(last, span(data["until"])[1]) if data.get("until") else last
        yield from (("month", month) for month in islice(months_between(first, last), _MONTHS))


def _adds(data: Data) -> Iterable[Part]:
    """Countries and participants."""
    yield from ((f"country/{code}", 1) for code in data.get("countries", ()))
    if "participants" in data:
        yield from counted("reached", data["participants"])


EVENTS = Register(
    name="events",
    title=N_("Events and positioning"),
    add=N_("Add an event"),
    empty=N_("No event yet. Add the first one, or bring a spreadsheet."),
    model=Event,
    state="state",
    marks=_marks,
    adds=_adds,
    icons={
        "planned": ("clock", "active"),
        "done": ("checked", "good"),
        "postponed": ("warning", "neutral"),
        "cancelled": ("cross", "bad"),
        "followed-up": ("eye", "active"),
    },
    groups=(
        Group(
            N_("The event"),
            (
                Field("name", N_("Name"), required=True, searched=True),
                Field("kind", N_("Kind"), describe.CODE, codes=KINDS, listed=True, filtered=True),
                Field(
                    "date",
                    N_("Date"),
                    describe.DATE,
                    listed=True,
                    hint=N_("The day, or only what is known: 2017, 03/2017 or 17/03/2017."),
                ),
                Field("until", N_("Until"), describe.DATE, hint=N_("Only if it lasts more than a day.")),
                Field(
                    "year",
                    N_("Year of the report"),
                    describe.INTEGER,
                    most=2200,
                    hint=N_("Only if the date is not known or another year's report tells it."),
                ),
                Field("place", N_("Place"), searched=True, listed=True),
                Field("countries", N_("Countries"), describe.CODES, codes=COUNTRIES, filtered=True),
                Field("state", N_("State"), describe.CODE, required=True, codes=STATES, listed=True, filtered=True),
                Field("reason", N_("Reason"), describe.LONG, when="state=postponed|cancelled"),
                Field("new_date", N_("New date"), describe.DATE, when="state=postponed"),
            ),
        ),
        Group(
            N_("Who"),
            (
                Field("organisers", N_("Organisers"), describe.ORGANISATIONS, listed=True),
                Field("partners", N_("Partners"), describe.ORGANISATIONS, codes=PARTNER_ROLES),
                Field("participants", N_("Participants"), describe.COUNT, listed=True),
            ),
        ),
        Group(
            N_("What came of it"),
            (
                Field("activities", N_("Activities"), describe.TEXTS, searched=True, hint=N_("One a line.")),
                Field("results", N_("Results"), describe.TEXTS, searched=True, hint=N_("One a line.")),
                Field(
                    "press",
                    N_("Press mentions"),
                    describe.ROWS,
                    searched=True,
                    fields=(
                        Field("medium", N_("Medium"), required=True, searched=True),
                        Field("title", N_("Title"), searched=True),
                        Field("date", N_("Date"), describe.DATE),
                        Field("link", N_("Link"), describe.URL),
                    ),
                ),
                Field("cost", N_("Cost to the municipality"), describe.MONEY, hint=N_("Write 0 if it cost nothing.")),
                Field("sdgs", N_("Sustainable Development Goals"), describe.CODES, codes=SDGS, filtered=True),
                Field("plan_line", N_("Line of the development plan"), searched=True),
                Field("tags", N_("Tags"), describe.TAGS, filtered=True, hint=N_("Separated by commas.")),
                Field("notes", N_("Notes"), describe.LONG, searched=True),
                Field(
                    "public",
                    N_("Show it in the public calendar"),
                    describe.YES,
                    filtered=True,
                    hint=N_("Only its name, dates, place and state are shown there."),
                ),
            ),
        ),
    ),
)
