"""What is known of a person, in words of the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attention_point.foundation import clock
from attention_point.foundation.codelists import codelist
from attention_point.foundation.language import N_, current, format_date
from attention_point.foundation.language import gettext as _
from attention_point.people import services as people

LABELS = (
    ("birth_date", N_("Birth date"), ""),
    ("sex", N_("Sex"), "sex"),
    ("nationality", N_("Nationality"), "nationality"),
    ("phone", N_("Phone"), ""),
    ("municipality", N_("Municipality where the person lives"), "municipality"),
    ("origin", N_("State of origin in Venezuela"), "origin"),
    ("population", N_("Population"), "population"),
    ("status", N_("Migration status"), "status"),
    ("intention", N_("What the person wants to do"), "intention"),
    ("education", N_("Education completed"), "education"),
    ("ethnicity", N_("Ethnic group"), "ethnicity"),
    ("gender", N_("Gender identity"), "gender"),
)


def person_rows(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is known of a person in words, for a summary list; what is not known is left out."""
    rows = [(_(label), _word(record[name], name, codes)) for name, label, codes in LABELS if record.get(name)]
    types = codelist("document_types")
    for each in record.get("documents") or ():
        words = f"{types.label(each['type'], current())} {each.get('number') or ''}".strip()
        if each.get("expires"):
            words += " · " + _("valid until %(date)s", date=_day(each["expires"]))
        rows.append((_("Document"), words))
    return rows


def _word(value: Any, name: str, codes: str) -> str:
    if name == "birth_date":
        age = people.with_age({"birth_date": value})["age"]
        return f"{_day(value)} ({_('%(age)s years', age=age)})"
    return codelist(codes).label(str(value), current()) if codes else str(value)


def _day(text: str) -> str:
    return format_date(people.birth_date({"birth_date": text}) or clock.today())


def earlier_rows(history: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What was on file before, in words with the day until which it was; the latest first."""
    rows = []
    for entry in reversed(history):
        earlier, day = entry["earlier"], format_date(datetime.fromisoformat(entry["until"]), "medium")
        for label, known in by_label(earlier).items():
            rows += [(label, _("Before: %(words)s, until %(day)s", words=words, day=day)) for words in known]
    return rows


def by_label(record: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is known of a person in words, by label; several documents stand under one."""
    known: dict[str, list[str]] = {}
    name = people.full_name(record)
    for label, words in [(_("Name"), name)] * bool(name) + person_rows(record):
        known.setdefault(label, []).append(words)
    return known
