"""Replaying cases: a situation and a date, and what the rules must answer. The file's format is described in
``docs/recipes/add-a-routing-rule.md``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from attention_point.routing.facts import Advice, HeldDocument, Reason, Situation, Suggestion
from attention_point.routing.offers import Offers
from attention_point.routing.rules import advise

_EXPECTABLE = frozenset(Suggestion._fields) - {"reason"}
_SITUATION = frozenset(Situation._fields)
_OF_SITUATION: Mapping[str, Any] = {
    "age": int | None,
    "accompanied_by": str | None,
    "nationality": str | None,
    "population": str | None,
    "status": str | None,
    "child_born_in_colombia_without_note": bool,
    "complained_of": str | None,
}
_TUPLES = frozenset({"needs", "vulnerabilities", "accepted", "alternatives"})


class CasesError(ValueError):
    """The file is no list of cases; ``reason`` is the message to show."""

    def __init__(self, msgid: str, **params: str) -> None:
        super().__init__(msgid % params if params else msgid)
        self.reason = Reason(msgid, params)


@dataclass(frozen=True, slots=True)
class Case:
    """One test vector. ``suggestions`` is the whole answer in order; only the fields that are named are compared."""

    id: str
    on: date
    situation: Situation
    suggestions: tuple[Mapping[str, Any], ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A case on which the rules answer otherwise, with each difference."""

    case: str
    differences: tuple[Reason, ...]


def replay(cases: Iterable[Case], offers_builder: Callable[[], Offers]) -> list[Failure]:
    """Every case whose answer differs from what it expects, in the order of the file."""
    offers = offers_builder()
    failures = []
    for case in cases:
        differences = tuple(_differences(case, advise(case.situation, offers, case.on)))
        if differences:
            failures.append(Failure(case.id, differences))
    return failures


def _differences(case: Case, advice: Advice) -> Iterable[Reason]:
    expected = [str(wanted["service"]) for wanted in case.suggestions]
    found = {suggestion.service: suggestion for suggestion in advice.suggestions}
    if expected != list(found):
        yield _differs("services", expected, list(found))
    for wanted in case.suggestions:
        suggestion = found.get(wanted["service"])
        for name, value in wanted.items() if suggestion else ():
            if getattr(suggestion, name) != value:
                yield _differs(f"{wanted['service']}.{name}", value, getattr(suggestion, name))
    notices = tuple(notice.need for notice in advice.notices)
    if notices != case.notices:
        yield _differs("notices", case.notices, notices)


def _differs(what: str, expected: object, found: object) -> Reason:
    params = {"what": what, "expected": _text(expected), "found": _text(found)}
    return Reason("%(what)s: expected %(expected)s, found %(found)s", params)


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(str(item) for item in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def parse(document: object) -> tuple[Case, ...]:
    """The cases of a loaded file. Raises CasesError that names the case and the key."""
    listed = document.get("cases") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not listed:
        raise CasesError("The file needs a list named cases, with at least one case.")
    cases = tuple(_case(entry, number) for number, entry in enumerate(listed, start=1))
    ids = [case.id for case in cases]
    for repeated in (name for name in ids if ids.count(name) > 1):
        raise CasesError("Two cases have the same id: %(id)s", id=repeated)
    return cases


def _case(entry: object, number: int) -> Case:
    where = str(entry["id"]) if isinstance(entry, dict) and "id" in entry else f"#{number}"
    row = _mapping(entry, where, frozenset({"id", "date", "situation", "suggestions", "notices"}))
    if "id" not in row or "suggestions" not in row or type(row.get("date")) is not date:
        raise CasesError("Case %(where)s: id, date and suggestions are required.", where=where)
    wanted = [_mapping(item, where, _EXPECTABLE) for item in _list(row["suggestions"], where)]
    if not all(isinstance(item.get("service"), str) for item in wanted):
        raise CasesError("Case %(where)s: every suggestion names its service.", where=where)
    return Case(
        id=where,
        on=row["date"],
        situation=_situation(row.get("situation", {}), where),
        suggestions=tuple(_with_tuples(item, where) for item in wanted),
        notices=tuple(str(need) for need in _list(row.get("notices", []), where)),
    )


def _situation(entry: object, where: str) -> Situation:
    row = _with_tuples(_mapping(entry, where, _SITUATION), where)
    for key, value in row.items():
        if key not in _OF_SITUATION:
            continue
        if not isinstance(value, _OF_SITUATION[key]) or (key == "age" and isinstance(value, bool)):
            raise CasesError("Case %(where)s: wrong type of value for %(key)s", where=where, key=key)
    documents = []
    for item in _list(row.pop("documents", []), where):
        held = _mapping(item, where, frozenset({"type", "expires"}))
        if "type" not in held or type(held.get("expires")) not in (date, type(None)):
            raise CasesError("Case %(where)s: a document has a type and, if any, a date expires.", where=where)
        documents.append(HeldDocument(str(held["type"]), held.get("expires")))
    return Situation(documents=tuple(documents), **row)


def _mapping(value: object, where: str, allowed: frozenset[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CasesError("Case %(where)s: a mapping is expected.", where=where)
    for key in value:
        if key not in allowed:
            raise CasesError("Case %(where)s: unknown key %(key)s", where=where, key=str(key))
    return dict(value)


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise CasesError("Case %(where)s: a list is expected.", where=where)
    return value


def _with_tuples(row: dict[str, Any], where: str) -> dict[str, Any]:
    return {key: tuple(_texts(value, where)) if key in _TUPLES else value for key, value in row.items()}


def _texts(value: object, where: str) -> list[str]:
    if not all(isinstance(item, str) for item in _list(value, where)):
        raise CasesError("Case %(where)s: a list of codes is expected.", where=where)
    return list(_list(value, where))
