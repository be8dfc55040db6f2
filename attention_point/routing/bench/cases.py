"""Replaying cases: a situation and a date, and what the rules must answer.

A case states its answer in one of two ways: the whole answer in order (``suggestions``, for whoever writes rules), or
what a lawyer expects of it (``want`` and the other keys of ``expectations``). ``docs/recipes/add-a-routing-rule.md``
describes both. Files are written by hand, so that every error names the case and the key.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, get_args, get_type_hints

from attention_point.dates import DateSpan, parse_partial_date
from attention_point.routing.bench import expectations
from attention_point.routing.bench.expectations import Expectation, RuleWords
from attention_point.routing.offer_index import OfferIndex
from attention_point.routing.rule_types import Advice, Reason, ShownDocument, Situation, Suggestion
from attention_point.routing.rules import build_advice
from attention_point.texts import N_

_EXPECTABLE_FIELDS = frozenset(Suggestion._fields) - {"reason", "rule_set"}
_SITUATION_FIELDS = frozenset(Situation._fields)
_TUPLE_FIELDS = frozenset({"needs", "vulnerabilities", "accepted", "alternatives", "advice"})
_EXACT_KEYS = frozenset({"id", "date", "situation", "suggestions", "notices"})
_FIELD_KEYS = frozenset({"id", "date", "date2", "who", "s", "extra", *expectations.KEYS})


class CasesError(ValueError):
    """The file is no list of cases; ``reason`` is the message to show."""

    def __init__(self, msgid: str, **params: str) -> None:
        super().__init__(msgid % params if params else msgid)
        self.reason = Reason(msgid, params)


@dataclass(frozen=True, slots=True)
class RoutingCase:
    """One case, on one day or two. Without ``expectation``, ``suggestions`` is the whole answer in order, of which only
    the fields that it names are compared. ``who`` and ``extra`` are for readers: the person in words, and what must be
    said to this person, which is compared by the words of ``tell``.
    """

    id: str
    days: tuple[date, ...]
    situation: Situation
    suggestions: tuple[Mapping[str, Any], ...] = ()
    notices: tuple[str, ...] = ()
    expectation: Expectation | None = None
    who: str = ""
    extra: str = ""

    @property
    def is_told_unchecked(self) -> bool:
        """Whether the case says that the person must be told something, and nothing compares it."""
        return bool(self.extra and self.expectation and not (self.expectation.advice or self.expectation.told_words))

    @property
    def day(self) -> date:
        """The first day on which the case must hold."""
        return self.days[0]


@dataclass(frozen=True, slots=True)
class CaseFailure:
    """A case to which the rules give another answer, with each difference."""

    case_id: str
    differences: tuple[Reason, ...]


class _Wordless:
    # Rules without a directory have no words.

    def list_requirements(self, suggestion: Suggestion, day: date) -> tuple[()]:
        return ()

    def list_told_texts(self, suggestion: Suggestion) -> tuple[()]:
        return ()


_WORDLESS = _Wordless()


def replay_cases(
    cases: Iterable[RoutingCase],
    build_offers: Callable[[], OfferIndex],
    words: RuleWords = _WORDLESS,
) -> list[CaseFailure]:
    """The cases whose answer differs from what they expect, in the order of the file.

    ``words`` are what slip and card say; without them no case can ask for any.
    """
    offer_index = build_offers()
    failures = []
    for case in cases:
        differences = find_case_differences(case, offer_index, words)
        if differences:
            failures.append(CaseFailure(case.id, differences))
    return failures


def find_case_differences(case: RoutingCase, offer_index: OfferIndex, words: RuleWords) -> tuple[Reason, ...]:
    """In what the answer to a case differs from what it expects, each difference once."""
    differences: dict[tuple[str, str], Reason] = {}
    for day in case.days:
        advice = build_advice(case.situation, offer_index, day)
        day_differences = (
            expectations.find_differences(case.expectation, advice, day, words)
            if case.expectation
            else _find_differences(case, advice)
        )
        for difference in day_differences:
            differences[difference.msgid, str(difference.params)] = difference
    return tuple(differences.values())


def _find_differences(case: RoutingCase, advice: Advice) -> Iterator[Reason]:
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


def parse_case_of_the_field(entry: Mapping[str, Any]) -> RoutingCase:
    """A case with an expectation, of the keys of a file. Raises CasesError."""
    case_id = str(entry.get("id", "?"))
    row = _require_mapping(entry, case_id, _FIELD_KEYS)
    days = tuple(row[key] for key in ("date", "date2") if row.get(key) is not None)
    if "id" not in row or row.get("date") is None or not all(type(day) is date for day in days):
        raise CasesError(N_("Case %(where)s: id and date are required."), where=case_id)
    for key in ("who", "extra"):
        if not isinstance(row.get(key, ""), str | None):
            raise CasesError(N_("Case %(where)s: wrong type of value for %(key)s"), where=case_id, key=key)
    try:
        expectation = expectations.parse_expectation(row)
    except KeyError as error:
        key = str(error.args[0])
        raise CasesError(N_("Case %(where)s: wrong type of value for %(key)s"), where=case_id, key=key) from None
    return RoutingCase(
        id=case_id,
        days=days,
        situation=_parse_situation(row.get("s", {}), case_id),
        expectation=expectation,
        who=row.get("who") or "",
        extra=row.get("extra") or "",
    )


def _parse_case(entry: object, number: int) -> RoutingCase:
    case_id = str(entry["id"]) if isinstance(entry, dict) and "id" in entry else f"#{number}"
    if isinstance(entry, dict) and not {"suggestions", "situation"}.intersection(entry):
        return parse_case_of_the_field({"id": case_id, **entry} if "id" in entry else entry)
    row = _require_mapping(entry, case_id, _EXACT_KEYS)
    # YAML reads 2017-08-09 as a date and 2017-08-09T08:00 as a moment, which is a date to isinstance.
    if "id" not in row or "suggestions" not in row or type(row.get("date")) is not date:
        raise CasesError(N_("Case %(where)s: id, date and suggestions are required."), where=case_id)
    entries = [
        _require_mapping(suggestion, case_id, _EXPECTABLE_FIELDS)
        for suggestion in _require_list(row["suggestions"], case_id)
    ]
    if not all(isinstance(suggestion.get("service"), str) for suggestion in entries):
        raise CasesError(N_("Case %(where)s: every suggestion names its service."), where=case_id)
    return RoutingCase(
        id=case_id,
        days=(row["date"],),
        situation=_parse_situation(row.get("situation", {}), case_id),
        suggestions=tuple(_convert_to_tuples(suggestion, case_id) for suggestion in entries),
        notices=tuple(str(need) for need in _require_list(row.get("notices", []), case_id)),
    )


@cache
def _list_situation_types() -> Mapping[str, tuple[type, ...]]:
    """The types of each fact that is one value."""
    hints = {name: hint for name, hint in get_type_hints(Situation).items() if name not in _TUPLE_FIELDS}
    return {name: get_args(hint) or (hint,) for name, hint in hints.items() if name != "documents"}


def _parse_situation(entry: object, case_id: str) -> Situation:
    row = _convert_to_tuples(_require_mapping(entry, case_id, _SITUATION_FIELDS), case_id)
    if row.get("arrived_on") is not None:
        row["arrived_on"] = _parse_span(row["arrived_on"], case_id)
    for key, types in _list_situation_types().items():
        # Python takes True for the number 1, and a moment for a date.
        if key in row and type(row[key]) not in types:
            raise CasesError(N_("Case %(where)s: wrong type of value for %(key)s"), where=case_id, key=key)
    documents = []
    for item in _require_list(row.pop("documents", []), case_id):
        document = _require_mapping(item, case_id, frozenset({"type", "expires"}))
        if not isinstance(document.get("type"), str) or type(document.get("expires")) not in (date, type(None)):
            raise CasesError(N_("Case %(where)s: a document has a type and, if any, a date expires."), where=case_id)
        documents.append(ShownDocument(document["type"], document.get("expires")))
    return Situation(documents=tuple(documents), **row)


def _parse_span(value: object, case_id: str) -> DateSpan:
    """The days of a date or of a part of one (2018, 2018-04)."""
    try:
        return parse_partial_date(str(value))
    except ValueError:
        raise CasesError(
            N_("Case %(where)s: wrong type of value for %(key)s"), where=case_id, key="arrived_on"
        ) from None


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
