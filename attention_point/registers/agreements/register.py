"""The description of an agreement, field by field."""

from collections.abc import Iterable
from pathlib import Path

import yaml

from attention_point.foundation.errors import FieldError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.agreements import rules
from attention_point.registers.agreements.models import Agreement
from attention_point.registers.shared.code_lists import COUNTRIES, DEVELOPMENT_GOALS, read_code_lists, read_column_names
from attention_point.registers.shared.records.year_totals import TotalPart, build_count_parts, build_money_parts
from attention_point.registers.shared.rules import list_search_words
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
STATES, ROLES, SIDES, MEANS = CODE_LISTS["states"], CODE_LISTS["roles"], CODE_LISTS["sides"], CODE_LISTS["means"]
# Beneficiaries may be schools or trees; their count must not enter the people whom the municipality reaches.
NON_PEOPLE_WORDS = frozenset(yaml.safe_load((_DATA_FOLDER / "groups.yaml").read_text(encoding="utf-8"))["not_people"])
# Keys of the search index under which the days of deadlines stand: ends of validity and milestones.
ENDS_MARK, DUE_MARK = "ends", "due"


def _build_marks(register: Register, data: Data) -> Iterable[tuple[str, str]]:
    """The entries of the search index: years, deadlines, and the countries of exchanges by name."""
    yield from build_year_entries(register, data)
    # An agreement stands in the report of each year in which it is in force, not only in that of its signature.
    yield from (("year", year) for year in rules.list_years_in_force(data))
    for deadline in rules.list_deadlines(data):
        yield (DUE_MARK if deadline.milestone else ENDS_MARK), deadline.day.isoformat()
    for exchange in data.get("exchanges", ()):
        for language in ("es", "en"):
            country = COUNTRIES.label_for_code(exchange["country"], language)
            yield from (("word", word) for word in list_search_words(country))


def _list_total_parts(data: Data) -> Iterable[TotalPart]:
    """What an agreement adds to its year: money that costs the municipality nothing, people reached, countries."""
    contributions = data.get("contributions", ())
    if rules.is_free_for_municipality(contributions):
        for amount in rules.list_obtained_amounts(contributions):
            yield from build_money_parts("free", amount)
    if not any(entry["side"] == "municipality" for entry in contributions):
        yield "unsaid", 1
    for entry in data.get("beneficiaries", ()):
        yield "groups", 1
        if "count" in entry and rules.is_group_of_people(entry["group"], NON_PEOPLE_WORDS):
            yield from build_count_parts("reached", entry["count"])
    yield from ((f"country/{entry['country']}", 1) for entry in data.get("exchanges", ()))


def _list_contradictions(data: Data) -> Iterable[FieldError]:
    """List the errors of facts that contradict each other."""
    if rules.has_backward_validity(data):
        yield FieldError("valid_to", _("The validity cannot end before it begins."))
    # Less than the whole is possible: not every side's share is on record.
    if rules.sum_shares(data.get("contributions", ())) > 1:
        yield FieldError("contributions.0.share", _("The shares add up to more than the whole."))


_AGREEMENT_FIELDS = Group(
    N_("The agreement"),
    (
        NAME_FIELD,
        build_state_field(STATES),
        Field(
            "partners",
            N_("Partners, funders, supporters"),
            schema.ORGANISATIONS,
            codes=ROLES,
            listed=True,
            beneath_name=True,
        ),
        Field("object", N_("Object"), schema.LONG_TEXT, searched=True, hint=N_("What the parties agree to do.")),
        Field("signed", N_("Signed on"), schema.DATE, listed=True, hint=PART_DATE_HINT),
        Field(
            "valid_to",
            N_("In force until"),
            schema.DATE,
            listed=True,
            hint=N_("Whoever keeps the agreements is notified before that day."),
        ),
    ),
)
_DETAIL_FIELDS = Group(
    N_("Number, signatures and beginning"),
    (
        PURPOSE_FIELD,
        Field("number", N_("Number of the agreement"), searched=True, maximum=60, copied=False),
        Field("started", N_("Being arranged since"), schema.DATE),
        Field("signatories", N_("Signed by"), schema.TEXTS, searched=True, hint=ONE_PER_LINE_HINT, copied=False),
        Field("valid_from", N_("In force from"), schema.DATE),
        YEAR_FIELD,
        Field("link", N_("Where it is published"), schema.URL, copied=False),
    ),
    folded=True,
)
_CONTRIBUTION_FIELDS = Group(
    N_("What each side gives"),
    (
        Field(
            "amounts",
            N_("Value of the agreement"),
            schema.ROWS,
            hint=N_("As the agreement says it, one entry for each currency."),
            fields=(Field("amount", N_("Amount"), schema.MONEY, required=True), Field("note", N_("Note"))),
        ),
        Field(
            "contributions",
            N_("Contributions"),
            schema.ROWS,
            hint=N_("An amount, a share of the whole, or both. Write 0 for a side that gives nothing."),
            fields=(
                Field("side", N_("Side"), schema.CODE, required=True, codes=SIDES),
                Field("means", N_("In money or in kind"), schema.CODE, codes=MEANS),
                Field("amount", N_("Amount"), schema.MONEY),
                Field("share", N_("Share of the whole"), schema.SHARE, hint=N_("In percent: 50 is half.")),
                Field("giver", N_("Who gives it"), hint=N_("Only if it is one of several.")),
                Field("expected", N_("It is expected, and not yet given"), schema.YES_NO),
                Field("note", N_("Note")),
            ),
        ),
    ),
    folded=True,
)
_RESULT_FIELDS = Group(
    N_("What is done and for whom"),
    (
        Field(
            "milestones",
            N_("Milestones"),
            schema.ROWS,
            searched=True,
            copied=False,
            fields=(
                Field("name", N_("Name"), required=True, searched=True),
                Field("count", N_("Quantity"), schema.INTEGER, maximum=10**9),
                Field("due", N_("Due"), schema.DATE),
                Field("date", N_("Reached on"), schema.DATE),
                Field("evidence", N_("Evidence"), hint=N_("The proof, or the name of a file of this record.")),
                Field("link", N_("Link"), schema.URL),
            ),
        ),
        Field(
            "beneficiaries",
            N_("Beneficiaries"),
            schema.ROWS,
            searched=True,
            fields=(
                Field("group", N_("Group"), required=True, searched=True),
                Field("count", N_("Quantity"), schema.COUNT),
            ),
        ),
        Field(
            "exchanges",
            N_("Exchanges of officials abroad"),
            schema.ROWS,
            searched=True,
            copied=False,
            fields=(
                Field("country", N_("Country"), schema.CODE, required=True, codes=COUNTRIES),
                Field("topic", N_("Topic"), searched=True),
                Field("officials", N_("Officials who went"), schema.COUNT),
                Field("date", N_("Date"), schema.DATE),
            ),
        ),
    ),
    folded=True,
)
_OTHER_FIELDS = Group(
    N_("Other facts"),
    (
        Field("results", N_("Results"), schema.TEXTS, searched=True, copied=False, hint=ONE_PER_LINE_HINT),
        Field(
            "expected_results",
            N_("Expected results"),
            schema.TEXTS,
            searched=True,
            copied=False,
            hint=N_("One per line. The report says them as something that is still ahead."),
        ),
        NEXT_STEPS_FIELD,
        Field("sdgs", N_("Sustainable Development Goals"), schema.CODES, codes=DEVELOPMENT_GOALS, filtered=True),
        Field("plan_line", N_("Line of the development plan"), searched=True),
        TAGS_FIELD,
        NOTES_FIELD,
    ),
    folded=True,
)

AGREEMENTS = Register(
    name="agreements",
    title=N_("Agreements and cooperation"),
    add_label=N_("Add an agreement"),
    empty_message=N_("No agreements yet. Add the first one, or import a spreadsheet."),
    model=Agreement,
    sort_field="signed",
    state_field="state",
    build_entries=_build_marks,
    list_total_parts=_list_total_parts,
    list_contradictions=_list_contradictions,
    column_names=read_column_names(_DATA_FOLDER / "column_names.yaml")["agreements"],
    # A shape and a tone for each state: colour alone would not tell everybody.
    state_icons={
        "preparation": ("clock", "neutral"),
        "signed": ("check", "active"),
        "running": ("circle", "active"),
        "done": ("checked", "good"),
        "ended": ("closed", "neutral"),
    },
    groups=(_AGREEMENT_FIELDS, _DETAIL_FIELDS, _CONTRIBUTION_FIELDS, _RESULT_FIELDS, _OTHER_FIELDS),
)
