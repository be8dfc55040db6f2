"""Replaying cases: a situation and a date, and what the rules must answer.

``docs/recipes/add-a-routing-rule.md`` describes the format of the file. It is written by hand, so that every error
names the case and the key.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from attention_point.routing.offer_index import OfferIndex
from attention_point.routing.rule_types import Advice, Reason, ShownDocument, Situation, Suggestion
from attention_point.routing.rules import build_advice
from attention_point.texts import N_

_EXPECTABLE_FIELDS = frozenset(Suggestion._fields) - {"reason"}
_SITUATION_FIELDS = frozenset(Situation._fields)
_SITUATION_TYPES: Mapping[str, Any] = {
    "age": int | None,
    "accompanied_by": str | None,
    "nationality": str | None,
    "population": str | None,
    "status": str | None,
    "child_born_in_colombia_without_note": bool,
    "complained_of": str | None,
}
_TUPLE_FIELDS = frozenset({"needs", "vulnerabilities", "accepted", "alternatives"})


class CasesError(ValueError):
    """The file is no list of cases; ``reason`` is the message to show."""

    def __init__(self, msgid: str, **params: str) -> None:
        super().__init__(msgid % params if params else msgid)
        self.reason = Reason(msgid, params)


@dataclass(frozen=True, slots=True)
class RoutingCase:
    """One case. ``suggestions`` is the whole answer in order; only the fields that it names are compared."""

    id: str
    day: date
    situation: Situation
    suggestions: tuple[Mapping[str, Any], ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseFailure:
    """A case to which the rules give another answer, with each difference."""

    case_id: str
    differences: tuple[Reason, ...]


def replay_cases(cases: Iterable[RoutingCase], build_offers: Callable[[], OfferIndex]) -> list[CaseFailure]:
    """The cases whose answer differs from what they expect, in the order of the file."""
    offer_index = build_offers()
    failures = []
    for case in cases:
        differences = tuple(_find_differences(case, build_advice(case.situation, offer_index, case.day)))
        if differences:
            failures.append(CaseFailure(case.id, differences))
    return failures


def _find_differences(case: RoutingCase, advice: Advice) -> Iterable[Reason]:
    expected_services = [str(expectation["service"]) for expectation in case.suggestions]
    suggestions_by_service = {suggestion.service: suggestion for suggestion in advice.suggestions}
    if expected_services != list(suggestions_by_service):
        yield _describe_difference("services", expected_services, list(suggestions_by_service))
    for expectation in case.suggestions:
        suggestion = suggestions_by_service.get(expectation["service"])
        for name, value in expectation.items() if suggestion else ():
            if getattr(suggestion, name) != value:
                yield _describe_difference(f"{expectation['service']}.{name}", value, getattr(suggestion, name))
    notices = tuple(notice.need for notice in advice.notices)
    if notices != case.notices:
        yield _describe_difference("notices", case.notices, notices)


def _describe_difference(subject: str, expected: object, actual: object) -> Reason:
    params = {"what": subject, "expected": _format_value(expected), "found": _format_value(actual)}
    return Reason(N_("%(what)s: expected %(expected)s, found %(found)s"), params)


def _format_value(value: object) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(str(item) for item in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def parse_cases(document: object) -> tuple[RoutingCase, ...]:
    """The cases of a loaded file. Raises CasesError, which names the case and the key."""
    entries = document.get("cases") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries:
        raise CasesError(N_("The file needs a list named cases, with at least one case."))
    cases = tuple(_parse_case(entry, number) for number, entry in enumerate(entries, start=1))
    ids = [case.id for case in cases]
    for repeated_id in (case_id for case_id in ids if ids.count(case_id) > 1):
        raise CasesError(N_("Two cases have the same id: %(id)s"), id=repeated_id)
    return cases


def _parse_case(entry: object, number: int) -> RoutingCase:
    case_id = str(entry["id"]) if isinstance(entry, dict) and "id" in entry else f"#{number}"
    row = _require_mapping(entry, case_id, frozenset({"id", "date", "situation", "suggestions", "notices"}))
    # YAML reads 2017-08-09 as a date and 2017-08-09T08:00 as a moment, which is a date to isinstance.
    if "id" not in row or "suggestions" not in row or type(row.get("date")) is not date:
        raise CasesError(N_("Case %(where)s: id, date and suggestions are required."), where=case_id)
    expectations = [
        _require_mapping(expectation, case_id, _EXPECTABLE_FIELDS)
        for expectation in _require_list(row["suggestions"], case_id)
    ]
    if not all(isinstance(expectation.get("service"), str) for expectation in expectations):
        raise CasesError(N_("Case %(where)s: every suggestion names its service."), where=case_id)
    return RoutingCase(
        id=case_id,
        day=row["date"],
        situation=_parse_situation(row.get("situation", {}), case_id),
        suggestions=tuple(_convert_to_tuples(expectation, case_id) for expectation in expectations),
        notices=tuple(str(need) for need in _require_list(row.get("notices", []), case_id)),
    )


def _parse_situation(entry: object, case_id: str) -> Situation:
    row = _convert_to_tuples(_require_mapping(entry, case_id, _SITUATION_FIELDS), case_id)
    for key, value in row.items():
        if key not in _SITUATION_TYPES:
            continue
        # Python takes True for the number 1.
        if not isinstance(value, _SITUATION_TYPES[key]) or (key == "age" and isinstance(value, bool)):
            raise CasesError(N_("Case %(where)s: wrong type of value for %(key)s"), where=case_id, key=key)
    documents = []
    for item in _require_list(row.pop("documents", []), case_id):
        document = _require_mapping(item, case_id, frozenset({"type", "expires"}))
        if "type" not in document or type(document.get("expires")) not in (date, type(None)):
            raise CasesError(N_("Case %(where)s: a document has a type and, if any, a date expires."), where=case_id)
        documents.append(ShownDocument(str(document["type"]), document.get("expires")))
    return Situation(documents=tuple(documents), **row)


def _require_mapping(value: object, case_id: str, allowed_keys: frozenset[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CasesError(N_("Case %(where)s: a mapping is expected."), where=case_id)
    for key in value:
        if key not in allowed_keys:
            raise CasesError(N_("Case %(where)s: unknown key %(key)s"), where=case_id, key=str(key))
    return dict(value)


def _require_list(value: object, case_id: str) -> list[Any]:
    if not isinstance(value, list):
        raise CasesError(N_("Case %(where)s: a list is expected."), where=case_id)
    return value


def _convert_to_tuples(row: dict[str, Any], case_id: str) -> dict[str, Any]:
    return {key: tuple(_require_codes(value, case_id)) if key in _TUPLE_FIELDS else value for key, value in row.items()}


def _require_codes(value: object, case_id: str) -> list[str]:
    if not all(isinstance(item, str) for item in _require_list(value, case_id)):
        raise CasesError(N_("Case %(where)s: a list of codes is expected."), where=case_id)
    return list(_require_list(value, case_id))
