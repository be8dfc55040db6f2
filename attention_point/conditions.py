"""Conditions over the facts of a person's situation, as plain data. Plain Python below every room.

A condition is a mapping; it holds where each of its entries holds:

- a fact and what it must be: ``{status: irregular}``, ``{entry_stamped: true}``, ``{needs: [DDHH, QUEJA-SP]}`` (any of
  them), ``{documents: []}`` (none at all), or a span with both ends included: ``{age: {to: 17}}``,
  ``{arrived_on: {from: 2021-05-29, to: 2023-05-28}}``;
- ``all`` and ``any``: lists of conditions; ``not``: a condition;
- ``known``: a fact or a list of facts that somebody told;
- ``surely`` and ``perhaps``: a condition that certainly holds, or that at least may hold.

Who did not say a fact is neither the one nor the other: a condition holds (True), does not (False), or is open (None).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from attention_point.dates import DateSpan
from attention_point.texts import N_

Truth = bool | None
_Judge = Callable[[Any], Truth]

FACT_KINDS: Mapping[str, str] = {
    "needs": "codes",
    "vulnerabilities": "codes",
    "documents": "codes",
    "age": "number",
    "accompanied_by": "code",
    "nationality": "code",
    "population": "code",
    "status": "code",
    "intention": "code",
    "complained_of": "code",
    "registered_in": "code",
    "arrived_on": "day",
    "measure_notified_on": "day",
    "entry_stamped": "flag",
    "child_with_permit": "flag",
    "violence_within_72_hours": "flag",
    "conflict_victim": "flag",
    "in_transit": "flag",
    "live_birth_certificate": "flag",
    "death_in_family": "flag",
    "child_born_in_colombia_without_note": "flag",
}
"""What each fact is: one code, several codes, a number of years, a day (or the days that it may be), a yes or no."""
MAX_DEPTH = 8


class ConditionError(ValueError):
    """The data are no condition. ``msgid`` and ``params`` say why, ``path`` where (``any.1.age``)."""

    def __init__(self, path: str, msgid: str, **params: str) -> None:
        super().__init__(f"{path}: {msgid % params}" if params else f"{path}: {msgid}")
        self.path, self.msgid, self.params = path, msgid, params


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was read once and judges many situations. ``facts`` are those that it names."""

    facts: frozenset[str]
    judge: _Judge = field(compare=False, repr=False)
    source: str

    def may_hold(self, situation: Any) -> bool:
        """Whether it holds or is open."""
        return self.judge(situation) is not False

    def holds(self, situation: Any) -> bool:
        """Whether it certainly holds."""
        return self.judge(situation) is True


def read_condition(data: object) -> Condition | None:
    """The condition of plain data as a file or JSON has them; None for none. Raises ConditionError.

    The judge takes any object with the facts as attributes (``FACT_KINDS``): sets of codes as collections,
    ``documents`` as objects with a ``type``, days as a date or a ``DateSpan``, and None for what nobody told.
    """
    if data is None:
        return None
    facts: set[str] = set()
    judge = _read_mapping(data, "", facts, 0)
    return Condition(frozenset(facts), judge, repr(data))


def _read_mapping(data: object, path: str, facts: set[str], depth: int) -> _Judge:
    if not isinstance(data, Mapping) or not data:
        raise ConditionError(path, N_("A condition is a list of facts, each with what it must be."))
    if depth > MAX_DEPTH:
        raise ConditionError(path, N_("The condition is nested too deep."))
    return _join_all([_read_entry(str(key), value, _join_path(path, key), facts, depth) for key, value in data.items()])


def _read_entry(key: str, value: object, path: str, facts: set[str], depth: int) -> _Judge:
    if key in {"all", "any"}:
        if not isinstance(value, list) or not value:
            raise ConditionError(path, N_("Here stands a list of conditions."))
        judges = [_read_mapping(item, _join_path(path, number), facts, depth + 1) for number, item in enumerate(value)]
        return _join_all(judges) if key == "all" else _join_any(judges)
    if key in _MODES:
        return _MODES[key](_read_mapping(value, path, facts, depth + 1))
    if key == "known":
        return _read_known(value, path, facts)
    kind = FACT_KINDS.get(key)
    if kind is None:
        raise ConditionError(path, N_("There is no fact of this name."))
    facts.add(key)
    return _READERS[kind](key, value, path)


def _join_path(path: str, part: object) -> str:
    return f"{path}.{part}" if path else str(part)


def _join_all(judges: list[_Judge]) -> _Judge:
    if len(judges) == 1:
        return judges[0]

    def judge_all(situation: Any) -> Truth:
        answers = [judge(situation) for judge in judges]
        return False if False in answers else None if None in answers else True

    return judge_all


def _join_any(judges: list[_Judge]) -> _Judge:
    def judge_any(situation: Any) -> Truth:
        answers = [judge(situation) for judge in judges]
        return True if True in answers else None if None in answers else False

    return judge_any


def _negate_judgement(judge: _Judge) -> _Judge:
    def judge_opposite(situation: Any) -> Truth:
        answer = judge(situation)
        return None if answer is None else not answer

    return judge_opposite


_MODES: Mapping[str, Callable[[_Judge], _Judge]] = {
    "not": _negate_judgement,
    "surely": lambda judge: lambda situation: judge(situation) is True,
    "perhaps": lambda judge: lambda situation: judge(situation) is not False,
}


def _read_known(value: object, path: str, facts: set[str]) -> _Judge:
    names: list[Any] = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name in FACT_KINDS for name in names):
        raise ConditionError(path, N_("There is no fact of this name."))
    facts.update(names)
    return lambda situation: all(getattr(situation, name) is not None for name in names)


def _read_codes(name: str, value: object, path: str) -> _Judge:
    codes = _list_codes(value, path, may_be_empty=True)

    def list_fact_codes(situation: Any) -> Iterable[str]:
        fact = getattr(situation, name)
        return [document.type for document in fact] if name == "documents" else fact

    if not codes:
        return lambda situation: not getattr(situation, name)
    return lambda situation: not codes.isdisjoint(list_fact_codes(situation))


def _read_code(name: str, value: object, path: str) -> _Judge:
    codes = _list_codes(value, path)

    def judge_code(situation: Any) -> Truth:
        fact = getattr(situation, name)
        return None if fact is None else fact in codes

    return judge_code


def _list_codes(value: object, path: str, *, may_be_empty: bool = False) -> frozenset[str]:
    codes = value if isinstance(value, list) else [value]
    if not all(isinstance(code, str) for code in codes) or not (codes or may_be_empty):
        raise ConditionError(path, N_("Here stands a code or a list of codes."))
    return frozenset(codes)


def _read_flag(name: str, value: object, path: str) -> _Judge:
    if not isinstance(value, bool):
        raise ConditionError(path, N_("This must be yes or no."))

    def judge_flag(situation: Any) -> Truth:
        fact = getattr(situation, name)
        return None if fact is None else fact is value

    return judge_flag


def _read_number(name: str, value: object, path: str) -> _Judge:
    bounds = _read_bounds(value, path, _parse_number)

    def judge_number(situation: Any) -> Truth:
        fact = getattr(situation, name)
        return None if fact is None else bounds[0] <= fact <= bounds[1]

    return judge_number


def _read_day(name: str, value: object, path: str) -> _Judge:
    earliest, latest = _read_bounds(value, path, _parse_day)

    def judge_day(situation: Any) -> Truth:
        fact = getattr(situation, name)
        if fact is None:
            return None
        first, last = fact if isinstance(fact, DateSpan) else (fact, fact)
        # A day that is known in part may lie on both sides of a bound.
        if earliest <= first and last <= latest:
            return True
        return False if last < earliest or latest < first else None

    return judge_day


def _read_bounds(value: object, path: str, parse: Callable[[object, str], Any]) -> tuple[Any, Any]:
    if not isinstance(value, Mapping) or not value or not set(value) <= {"from", "to"}:
        raise ConditionError(path, N_("Here stands from, to or both."))
    least, greatest = _EXTREMES[parse]
    first = parse(value["from"], path) if "from" in value else least
    last = parse(value["to"], path) if "to" in value else greatest
    if last < first:
        raise ConditionError(path, N_("The last day cannot be before the first day."))
    return first, last


def _parse_number(value: object, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ConditionError(path, N_("This must be a whole number."))
    return value


def _parse_day(value: object, path: str) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ConditionError(path, N_("This date does not exist or is not written as year-month-day.")) from None


_EXTREMES: Mapping[Any, tuple[Any, Any]] = {_parse_number: (0, 10**9), _parse_day: (date.min, date.max)}
_READERS: Mapping[str, Callable[[str, object, str], _Judge]] = {
    "codes": _read_codes,
    "code": _read_code,
    "number": _read_number,
    "day": _read_day,
    "flag": _read_flag,
}
