"""The words and the order of the codes of each dimension, in the language in use."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from attention_point.dates import parse_month_code
from attention_point.directory import queries as directory_queries
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_, current_language, format_date, format_month
from attention_point.foundation.language import gettext as _
from attention_point.person_fields import PERSON_FIELDS
from attention_point.statistics.cells import MERGE_SEPARATOR, OTHER_CODE
from attention_point.tallies.facts import NOT_GIVEN

CodeFormatter = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension: its title, and the code list that has its words.

    ``has_own_order`` is false where a reader looks for the most frequent codes, which then come first.
    """

    title: str
    code_list: str | None = None
    has_own_order: bool = True


_PERSON_DIMENSIONS: Mapping[str, Dimension] = {
    field.name: Dimension(field.table.dimension, field.code_list, field.table.has_own_order)
    for field in PERSON_FIELDS
    if field.table
}

# The published CSV has its columns in this order. It never changes: the bytes behind a permanent address stay the same,
# and programs may read the columns by their place.
DIMENSIONS: Mapping[str, Dimension] = {
    "month": Dimension(N_("Month")),
    "day": Dimension(N_("Day")),
    "hour": Dimension(N_("Hour")),
    "wait": Dimension(N_("Waiting time"), "waits"),
    "answer_time": Dimension(N_("Time to the answer"), "answer_times"),
    "first_time": Dimension(N_("Visit")),
    "sex": Dimension(N_("Sex"), "sex"),
    "age": Dimension(N_("Age"), "age_bands"),
    "population": _PERSON_DIMENSIONS["population"],  # stays here; unpacking the others below does not move it
    "nationality": Dimension(N_("Nationality"), "nationality", has_own_order=False),
    "status": Dimension(N_("Migration status"), "status"),
    "document": Dimension(N_("Document"), "document_types", has_own_order=False),
    **_PERSON_DIMENSIONS,
    "disability": Dimension(N_("Disability")),
    "vulnerability": Dimension(N_("Vulnerability"), "vulnerabilities", has_own_order=False),
    "need": Dimension(N_("Need"), has_own_order=False),
    "entity": Dimension(N_("Entity"), has_own_order=False),
    "service": Dimension(N_("Service"), has_own_order=False),
    "state": Dimension(N_("State"), "referral_states"),
}

# Days, hours and months have no code list: their codes are formatted.
CODE_FORMATTERS: Mapping[str, CodeFormatter] = {
    "day": lambda code: format_date(date.fromisoformat(code), "EEE d"),
    "hour": lambda code: _("Other hours") if code == OTHER_CODE else f"{code}:00",
    "month": lambda code: format_month(parse_month_code(code)),
}

# Codes that counting makes and that no code list has.
CODE_LABELS: Mapping[str, Mapping[str, str]] = {
    "first_time": {"first": N_("First time"), "again": N_("Came before")},
    "disability": {"yes": N_("With a disability"), "no": N_("Without a disability")},
}
# The fixed groups of long lists, beside the codes of the lists.
GROUP_LABELS: Mapping[str, Mapping[str, str]] = {
    "municipality": {"rest_santander": N_("Rest of Santander"), "rest_colombia": N_("Rest of Colombia")},
    "nationality": {OTHER_CODE: N_("Another nationality")},
    "need": {OTHER_CODE: N_("Another need")},
    "entity": {OTHER_CODE: N_("Another entity")},
    "service": {OTHER_CODE: N_("Another service")},
}


def build_code_labeller(session: Session) -> Callable[[str, str], str]:
    """Return a function from dimension and code to words in the language in use.

    A code without words stands as it is.
    """
    language = current_language()
    services = {code: row.name[language] for code, row in directory_queries.get_services_by_code(session).items()}
    entities = {row.code: row.short[language] for row in directory_queries.list_entities(session)}
    # Each need has the code and the name of the service that answers it.
    directory_labels = {"need": services, "service": services, "entity": entities}

    def label_for_code(dimension: str, code: str) -> str:
        if code == NOT_GIVEN:
            return _("Not given")
        if dimension in CODE_FORMATTERS:
            return CODE_FORMATTERS[dimension](code)
        if code in GROUP_LABELS.get(dimension, {}):
            return _(GROUP_LABELS[dimension][code])
        if dimension in directory_labels:
            return directory_labels[dimension].get(code, code)
        if dimension in CODE_LABELS:
            return _(CODE_LABELS[dimension].get(code, code))
        return get_code_list(DIMENSIONS[dimension].code_list or dimension).label_for_code(code, language)

    return label_for_code


def sort_dimension_codes(
    dimension: str, codes: Iterable[str], shown_counts: Mapping[str, int | None], label_for_code: CodeFormatter
) -> list[str]:
    """Sort the codes of a dimension as a reader looks for them, with "not given" last.

    The order is that of the code list, or else the most frequent first.
    """
    own_order = _list_ordered_codes(dimension)

    def sort_key_for_code(code: str) -> tuple[bool, int, str]:
        if DIMENSIONS[dimension].has_own_order:
            first_code = code.split(MERGE_SEPARATOR)[0]
            position = own_order.index(first_code) if first_code in own_order else len(own_order)
            return code == NOT_GIVEN, position, code
        # A suppressed count must not show by its place: such codes come after the others, by name.
        return code == NOT_GIVEN, -(shown_counts.get(code) or 0), label_for_code(code)

    return sorted(codes, key=sort_key_for_code)


def _list_ordered_codes(dimension: str) -> list[str]:
    code_list = DIMENSIONS[dimension].code_list
    if code_list is not None:
        return [code.code for code in get_code_list(code_list)]
    return list(CODE_LABELS.get(dimension, ()))
