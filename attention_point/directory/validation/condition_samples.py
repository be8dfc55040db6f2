"""Tries conditions out: whether any situation meets them together, over the values at which they can tell people apart.

Conditions compare facts with codes and bounds only. One value at each bound and on each side of it, each code that is
named, one that is not, and "not told" therefore stand for all situations.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations, product
from types import SimpleNamespace
from typing import Any

from attention_point.conditions import FACT_KINDS, Condition, read_condition

ConditionData = Mapping[str, Any]
# Beyond this the conditions are too rich to be tried out, and are taken for sound.
MAX_SAMPLES = 20_000
_UNNAMED_CODE = "…"
_ONE_DAY = timedelta(days=1)


def can_hold_together(*conditions: ConditionData | None) -> bool:
    """Whether some situation certainly meets all conditions."""
    judges = _read_condition(conditions)
    samples = list_samples(*conditions)
    return samples is None or any(all(judge.holds(sample) for judge in judges) for sample in samples)


def always_covers(earlier: ConditionData | None, later: ConditionData | None) -> bool:
    """Whether ``earlier`` certainly holds for everybody for whom ``later`` may hold."""
    if earlier is None:
        return True
    samples = list_samples(earlier, later)
    (first,), second = _read_condition([earlier]), _read_condition([later])
    return samples is not None and all(
        first.holds(sample) for sample in samples if all(judge.may_hold(sample) for judge in second)
    )


def list_samples(*conditions: ConditionData | None) -> list[SimpleNamespace] | None:
    """Situations that stand for all as far as these conditions can tell them apart; None if they are too many."""
    named: dict[str, set[Any]] = defaultdict(set)
    for condition in conditions:
        for fact, value in walk_facts(condition):
            named[fact] |= set(_list_named_values(value))
    values = {fact: _list_values(FACT_KINDS[fact], named[fact]) for fact in named if fact in FACT_KINDS}
    count = 1
    for choices in values.values():
        count *= len(choices)
    if count > MAX_SAMPLES:
        return None
    untold = {fact: () if kind == "codes" else None for fact, kind in FACT_KINDS.items()}
    return [
        SimpleNamespace(**{**untold, **dict(zip(values, combination, strict=True))})
        for combination in product(*values.values())
    ]


def walk_facts(condition: Any, *, skip_negated: bool = False) -> Iterator[tuple[str, Any]]:
    """Each fact that a condition names, with what it must be (None after ``known``)."""
    if isinstance(condition, list):
        for item in condition:
            yield from walk_facts(item, skip_negated=skip_negated)
    elif isinstance(condition, Mapping):
        for key, value in condition.items():
            if key == "known":
                yield from ((name, None) for name in (value if isinstance(value, list) else [value]))
            elif key in FACT_KINDS:
                yield key, value
            elif not (key == "not" and skip_negated):
                yield from walk_facts(value, skip_negated=skip_negated)


def _read_condition(conditions: Any) -> list[Condition]:
    return [condition for data in conditions if (condition := read_condition(data)) is not None]


def _list_named_values(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
    elif value is not None and not isinstance(value, bool):
        yield value


def _list_values(kind: str, named: set[Any]) -> list[Any]:
    if kind == "flag":
        return [None, True, False]
    if kind == "code":
        return [None, *sorted(named), _UNNAMED_CODE]
    if kind == "number":
        return [None, *sorted({bound + step for bound in named for step in (-1, 0, 1)} or {0})]
    if kind == "day":
        days = {day if isinstance(day, date) else date.fromisoformat(str(day)) for day in named}
        return [
            None,
            *sorted({day + step for day in days for step in (-_ONE_DAY, timedelta(), _ONE_DAY)} or {date.max}),
        ]
    codes = sorted(named)
    code_tuples = [(), (_UNNAMED_CODE,), *((code,) for code in codes), *combinations(codes, 2)]
    return [tuple(map(_HeldCode, codes)) for codes in code_tuples]


class _HeldCode(str):
    """A code that is held. It also serves as a document, which is known by its type."""

    @property
    def type(self) -> str:
        """The type of the document that has this code."""
        return str(self)
