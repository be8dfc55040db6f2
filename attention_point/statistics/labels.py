"""Words and order for the codes of a dimension, in the reader's language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from attention_point.directory import queries as directory
from attention_point.foundation.codelists import codelist
from attention_point.foundation.language import N_, current, format_date, format_month
from attention_point.foundation.language import gettext as _
from attention_point.statistics.disclosure import MERGED
from attention_point.tallies.facts import NOT_GIVEN

Label = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension's title; the code list that has its words; whether its order is its own, whatever the counts."""

    title: str
    codelist: str | None = None
    ordered: bool = True


DIMENSIONS: Mapping[str, Dimension] = {
    "month": Dimension(N_("Month")),
    "day": Dimension(N_("Day")),
    "hour": Dimension(N_("Hour")),
    "wait": Dimension(N_("Waiting time"), "waits"),
    "answer_time": Dimension(N_("Time to the answer"), "answer_times"),
    "first_time": Dimension(N_("Visit")),
    "sex": Dimension(N_("Sex"), "sex"),
    "age": Dimension(N_("Age"), "age_bands"),
    "population": Dimension(N_("Population"), "population"),
    "nationality": Dimension(N_("Nationality"), "nationality", ordered=False),
    "status": Dimension(N_("Migration status"), "status"),
    "document": Dimension(N_("Document"), "document_types", ordered=False),
    "origin": Dimension(N_("Place of origin"), "origin", ordered=False),
    "municipality": Dimension(N_("Municipality"), "municipality", ordered=False),
    "intention": Dimension(N_("Intention"), "intention"),
    "education": Dimension(N_("Level of education"), "education"),
    "ethnicity": Dimension(N_("Ethnic group"), "ethnicity"),
    "gender": Dimension(N_("Gender identity"), "gender"),
    "disability": Dimension(N_("Disability")),
    "vulnerability": Dimension(N_("Vulnerability"), "vulnerabilities", ordered=False),
    "need": Dimension(N_("Need"), ordered=False),
    "entity": Dimension(N_("Entity"), ordered=False),
    "service": Dimension(N_("Service"), ordered=False),
    "state": Dimension(N_("State"), "referral_states"),
}

# Dimensions whose codes are days, hours and months, written in the reader's way.
FORMATTED: Mapping[str, Label] = {
    "day": lambda code: format_date(date.fromisoformat(code), "EEE d"),
    "hour": lambda code: f"{code}:00",
    "month": lambda code: format_month(date.fromisoformat(f"{code}-01")),
}

WORDS: Mapping[str, Mapping[str, str]] = {
    "first_time": {"first": N_("First time"), "again": N_("Came before")},
    "disability": {"yes": N_("With a disability"), "no": N_("Without a disability")},
}


def labeller(session: Session) -> Callable[[str, str], str]:
    """A function from dimension and code to words. A code without words stands for itself."""
    services, language = directory.services_by_code(session), current()
    entities = {row.code: row.short[language] for row in directory.entities(session)}

    def service(code: str) -> str:
        return services[code].name[language] if code in services else code

    own: dict[str, Label] = {
        **FORMATTED,
        "need": service,
        "service": service,
        "entity": lambda code: entities.get(code, code),
    }

    def label(dimension: str, code: str) -> str:
        if code == NOT_GIVEN:
            return _("Not given")
        if dimension in own:
            return own[dimension](code)
        if dimension in WORDS:
            return _(WORDS[dimension].get(code, code))
        return codelist(DIMENSIONS[dimension].codelist or dimension).label(code, language)

    return label


def in_order(dimension: str, codes: Iterable[str], shown: Mapping[str, int | None], label: Label) -> list[str]:
    """The codes as a reader looks for them.

    In the code list's order, or the most frequent first. A count that is held back must not show by its place: such
    codes come after the others, by name. "Not given" is last.
    """
    facts = DIMENSIONS[dimension]
    listed = [code.code for code in codelist(facts.codelist)] if facts.codelist and facts.ordered else []
    own = list(WORDS.get(dimension, ()))
    places = {code: place for place, code in enumerate(listed or own)}

    def place(code: str) -> tuple[bool, int, str]:
        if facts.ordered:
            return code == NOT_GIVEN, places.get(code.split(MERGED)[0], len(places)), code
        return code == NOT_GIVEN, -(shown.get(code) or 0), label(code)

    return sorted(codes, key=place)
