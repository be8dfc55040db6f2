"""Protects the tables of attentions that stand beside tables of people. Plain Python.

Who reads both knows the difference: the attentions of people who came again in the month. They are so few that a small
difference could tell who it was; so it is protected like a count, though it is nowhere written. Cells are not held back
one by one here, for a count of attentions beside a known count of people could not be small: codes are put together, or
left out, until every difference is 0 or large enough.
"""

from collections.abc import Collection, Sequence
from itertools import product

from attention_point.statistics.disclosure import MERGED, TOTAL, Parts, Place, codes_of, line, overlap, parts
from attention_point.statistics.protection_shapes import (
    ORDER,
    WITHHELD,
    Cells,
    Protected,
    Shown,
    Work,
    by_first,
    cross,
    head_of,
    named,
    ordered,
    with_totals,
)
from attention_point.tallies.rules import BY_ID, SENSITIVE, Indicator, limit


def beside_people(work: Work, one: Indicator, again: int) -> Protected:
    """A table of attentions, in rows and columns that the table of people beside it has, or in fewer.

    ``again``: how many attentions there are beyond the people.
    """
    people = work.done[one.people or ""]
    if people.withheld or not people.counts:
        return WITHHELD
    if len(one.dimensions) == 1:
        made = _overlap(work, one, people, again) if one.overlapping else _line(work, one, people, again)
    elif len(one.dimensions) == 2:
        made = _parts(work, one, people) if one.overlapping else _crossing(work, one, people)
    else:
        made = _crossed_parts(work, one, people)
    return made if len(made.counts) > 1 else WITHHELD


def _again(work: Work, one: Indicator) -> Cells:
    """Of each cell, how many attentions there are beyond the people."""
    people = work.sums[one.people or ""]
    return {place: count - people.get(place, 0) for place, count in work.sums[one.id].items()}


def _by_name(cells: Cells, names: Sequence[Sequence[str]]) -> dict[Place, int]:
    """Cells added up in the rows and columns of these names; what has no name is left out, what is not there is 0."""
    name_of = [{code: name for name in axis for code in name.split(MERGED)} for axis in names]
    found = dict.fromkeys(product(*names), 0)
    for place, count in cells.items():
        at = tuple([of.get(code, "") for of, code in zip(name_of, place, strict=True)])
        if all(at):
            found[at] += count
    return found


def _names(people: Protected, axis: int, *part: str) -> list[str]:
    """The codes, alone or put together, that the table of people has on an axis, within a part if it has parts."""
    of_part = (place for place in people.counts if place[: len(part)] == part)
    return list(dict.fromkeys(place[axis] for place in of_part if place[axis] != TOTAL))


def _limit(one: Indicator, *names: str) -> int:
    return limit(one, codes_of(names))


def _line(work: Work, one: Indicator, people: Protected, again: int) -> Protected:
    names = _names(people, 0)
    attentions = _by_name(work.sums[one.id], [names])
    returns = {place[0]: count for place, count in _by_name(_again(work, one), [names]).items()}
    if again and any(returns[name] == again for name in _sensitive(one, names)):
        return WITHHELD
    unknown = {place[0] for place, count in people.counts.items() if count is None}
    found = line(returns, lambda name: _limit(one, name), unknown)
    if found is None:
        return WITHHELD
    together = ordered(one.dimensions[0], found | unknown)
    work.hidden[one.id] = frozenset(codes_of(tuple(together)))
    shown: Shown = {(name,): attentions[name,] for name in names if name not in together}
    if together:
        shown[MERGED.join(together),] = sum(attentions[name,] for name in together)
    return Protected({**shown, (TOTAL,): sum(attentions.values())}) if len(shown) > 1 else WITHHELD


def _sensitive(one: Indicator, names: Sequence[str]) -> list[str]:
    sensitive = SENSITIVE.get(one.dimensions[0], frozenset())
    return [name for name in names if sensitive.issuperset(name.split(MERGED))]


def _overlap(work: Work, one: Indicator, people: Protected, again: int) -> Protected:
    """Who stands in two codes cannot be put together without being counted twice: a code is shown or left out."""
    names = _names(people, 0)
    attentions = {place[0]: count for place, count in _by_name(work.sums[one.id], [names]).items()}
    returns = {place[0]: count for place, count in _by_name(_again(work, one), [names]).items()}
    unknown = {place[0] for place, count in people.counts.items() if count is None}
    telling = {name for name in _sensitive(one, names) if again and returns[name] == again}
    left_out = {*overlap(returns, lambda name: _limit(one, name), None, telling), *unknown}
    shown = {name: count for name, count in attentions.items() if name not in left_out}
    everybody = work.totals[one.counts] or 0
    if one.covering and len(left_out) == 1 and shown and everybody - sum(shown.values()) > 1:
        left_out.add(min(shown, key=lambda name: (shown[name], name)))  # or it had to hold all that stand nowhere else
    counts: Shown = {(name,): count for name, count in shown.items() if name not in left_out}
    return Protected(counts, left_out=tuple(sorted(left_out)))


def _crossing(work: Work, one: Indicator, people: Protected) -> Protected:
    heads = [head_of(one, dimension) for dimension in one.dimensions]
    if any(work.done[head].withheld for head in heads):
        return WITHHELD
    names = [_names(people, axis) for axis in (0, 1)]
    together = frozenset[str]().union(*(work.hidden.get(head, frozenset()) for head in heads))
    hidden = frozenset(name for axis in names for name in axis if not together.isdisjoint(name.split(MERGED)))
    made = cross(one, one.dimensions, _pairs(_by_name(_again(work, one), names)), hidden, ())
    if made is None:
        return WITHHELD
    return Protected(with_totals(_pairs(_by_name(work.sums[one.id], names)), *made[1]))


def _pairs(cells: Cells) -> dict[tuple[str, str], int]:
    return {(place[0], place[1]): count for place, count in cells.items()}


def _parts(work: Work, one: Indicator, people: Protected) -> Protected:
    first, second = one.dimensions
    told = work.done[head_of(one, first)].counts
    known = _names(people, 0)
    rows = [row for row in known if (row,) in told and (one.id, row) not in work.without and not _tells(work, one, row)]
    columns = ordered(second, _names(people, 1))
    returns = _pairs(_by_name(_again(work, one), [rows, columns]))
    made = parts(Parts(returns, rows, columns, lambda row, column: _limit(one, row, column), second in ORDER))
    if made is None:
        return WITHHELD
    attentions = _by_name(work.sums[one.id], [rows, columns])
    shown: Shown = {
        (row, name): sum(attentions[row, column] for column in group)
        for row in made[0]
        for name, group in named(made[1])
    }
    return Protected(shown, left_out=_missing(people, made[0]))


def _missing(people: Protected, shown: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted({*people.left_out, *_names(people, 0)} - set(shown)))


def _tells(work: Work, one: Indicator, part: str) -> bool:
    """Whether all who came again of a group did so in one sensitive part."""
    if part not in SENSITIVE.get(one.dimensions[0], ()):
        return False
    whole = next(t for t in BY_ID.values() if t.people and t.dimensions == one.dimensions[1:])
    returns = _again(work, whole)
    return any(count and count == returns.get(place[1:]) for place, count in _again(work, one).items()
               if place[0] == part)  # fmt: skip


def _crossed_parts(work: Work, one: Indicator, people: Protected) -> Protected:
    first, *others = one.dimensions
    sides = [
        next(t.id for t in BY_ID.values() if t.counts == one.counts and t.dimensions == (first, other))
        for other in others
    ]
    shown: Shown = {}
    again = by_first(_again(work, one))
    for part, attentions in by_first(work.sums[one.id]).items():
        if (one.id, part) in work.without or any((part, TOTAL) not in work.done[side].counts for side in sides):
            continue
        names = [
            _joined(other, _names(people, axis, part), _names(work.done[side], 1, part))
            for axis, (other, side) in enumerate(zip(others, sides, strict=True), 1)
        ]
        made = cross(one, tuple(others), _pairs(_by_name(again[part], names)), frozenset(), (part,))
        if made is not None:
            found = with_totals(_pairs(_by_name(attentions, names)), *made[1])
            shown.update({(part, *place): count for place, count in found.items()})
    return Protected(shown, left_out=_missing(people, {place[0] for place in shown}))


def _joined(dimension: str, names: Sequence[str], sides: Sequence[str]) -> list[str]:
    """The names put together as far as the totals at the side are told together only."""
    groups = [set(name.split(MERGED)) for name in names]
    for side in sides:
        codes = set(side.split(MERGED))
        apart = [group for group in groups if group.isdisjoint(codes)]
        joined = [group for group in groups if not group.isdisjoint(codes)]
        groups = [*apart, *([set[str]().union(*joined)] if joined else [])]
    return [MERGED.join(ordered(dimension, group)) for group in groups]
