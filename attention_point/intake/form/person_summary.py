"""A person's attributes in words of the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from attention_point.dates import DateSpan, find_possible_ages, parse_partial_date
from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_, current_language, format_date, format_date_span, format_number
from attention_point.foundation.language import gettext as _
from attention_point.people import records as people_records
from attention_point.people.phones import format_phone
from attention_point.person_fields import ASKED_FIELDS, NAME_FIELDS, PersonField

# Names stand in the heading, and documents after the rest.
_DESCRIBED_FIELDS = tuple(field for field in ASKED_FIELDS if field.name not in NAME_FIELDS and field.control != "parts")


class ComparedValues(NamedTuple):
    """The words of two records under one label; an empty list where a record says nothing."""

    label: str
    before: list[str]
    after: list[str]


def describe_person(record: Mapping[str, Any], day: date | None = None) -> list[tuple[str, str]]:
    """Labels and words of what is known of a person, for a summary list. What is not known is left out.

    The age beside the birth date is that of today; with a ``day``, that of the attention on that day, and it says so.
    """
    rows = [
        (_(field.label), _describe_answer(field, record[field.name], day))
        for field in _DESCRIBED_FIELDS
        if record.get(field.name)
    ]
    document_types = get_code_list("document_types")
    for document in record.get("documents") or ():
        type_name = document_types.label_for_code(document["type"], current_language())
        description = f"{type_name} {document.get('number') or ''}".strip()
        if document.get("expires"):
            description += " · " + _("valid until %(date)s", date=format_date(date.fromisoformat(document["expires"])))
        rows.append((_("Document"), description))
    return rows


def _describe_answer(field: PersonField, value: Any, day: date | None) -> str:
    if field.name == "birth_date":
        return _describe_birth_date(parse_partial_date(value), day)
    if field.control == "phone":
        return format_phone(value)
    return get_code_list(field.code_list).label_for_code(str(value), current_language()) if field.code_list else value


def _describe_birth_date(span: DateSpan, day: date | None) -> str:
    least_age, greatest_age = find_possible_ages(span, day or clock.today()) or (0, 0)
    if least_age == greatest_age:
        age = _("%(age)s years", age=least_age)
    else:
        age = _("%(least)s or %(greatest)s years", least=least_age, greatest=greatest_age)
    if day:
        age = _("%(age)s on the day of the attention", age=age)
    if span.earliest.year != span.latest.year:  # of an age alone two years are possible: the age is what was said
        earliest, latest = format_date(span.earliest, "medium"), format_date(span.latest, "medium")
        return _("%(age)s (born between %(earliest)s and %(latest)s)", age=age, earliest=earliest, latest=latest)
    return f"{format_date_span(span)} ({age})"


def describe_household(household: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Labels and words of who came along, as far as it is known."""
    rows = [
        (_(label), format_number(household[name]))
        for name, label in (("adults", N_("Adults who came along")), ("children", N_("Children who came along")))
        if household.get(name) is not None
    ]
    if household.get("accompanied_by"):
        rows.append((_("Who comes with the child"), label_codes("accompanied_by", [household["accompanied_by"]])))
    return rows


def describe_guardian(guardian: Mapping[str, Any] | None) -> str:
    """Who authorises for a child, and by what right; empty where nobody is named."""
    if not guardian:
        return ""
    return f"{guardian['name']} ({label_codes('guardian_relations', [guardian['relation']]).lower()})"


def label_codes(list_name: str, codes: Iterable[str]) -> str:
    """The words for several codes of a list, one after another."""
    code_list = get_code_list(list_name)
    return ", ".join(code_list.label_for_code(code, current_language()) for code in codes)


def describe_history(history: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The earlier values of a record in words, with the day until which each was on file; the latest first."""
    rows = []
    for entry in reversed(history):
        earlier, day = entry["earlier"], format_date(datetime.fromisoformat(entry["until"]), "medium")
        for label, descriptions in group_by_label(earlier).items():
            rows += [
                (label, _("Before: %(words)s, until %(day)s", words=description, day=day))
                for description in descriptions
            ]
    return rows


def group_by_label(record: Mapping[str, Any]) -> dict[str, list[str]]:
    """The details of a person in words, by label. Several documents share one label."""
    descriptions: dict[str, list[str]] = {}
    name = people_records.format_full_name(record)
    for label, description in [(_("Name"), name)] * bool(name) + describe_person(record):
        descriptions.setdefault(label, []).append(description)
    return descriptions


def compare_records(record_before: Mapping[str, Any], record_after: Mapping[str, Any]) -> list[ComparedValues]:
    """The details in one of two records or in both, by label."""
    before, after = group_by_label(record_before), group_by_label(record_after)
    return [
        ComparedValues(label, before.get(label, []), after.get(label, [])) for label in dict.fromkeys((*before, *after))
    ]
