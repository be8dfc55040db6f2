"""How tables of one, two and three dimensions are protected, each under the totals decided before it. Plain Python."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import TypeVar

from attention_point.statistics.disclosure import (
    MERGED,
    TOTAL,
    Crossing,
    Group,
    Parts,
    Place,
    codes_of,
    crossing,
    line,
    overlap,
    parts,
)
from attention_point.tallies.facts import AGE_BANDS, NOT_GIVEN, OLDEST_BAND
from attention_point.tallies.rules import INDICATORS, SENSITIVE, Indicator, limit

Cells = Mapping[Place, int]
Shown = dict[Place, int | None]

# Dimensions in which only neighbours are merged, in their order.
ORDER: Mapping[str, tuple[str, ...]] = {"age": (*(band for _oldest, band in AGE_BANDS), OLDEST_BAND, NOT_GIVEN)}


@dataclass(frozen=True, slots=True)
class Protected:
    """What may be shown of a table. ``counts`` has None where a count is held back.

    ``withheld``: nothing of the table may be shown, and ``counts`` is empty. ``left_out``: parts of it that are not
    shown.
    """

    counts: Mapping[Place, int | None]
    withheld: bool = False
    left_out: tuple[str, ...] = ()


WITHHELD = Protected({}, withheld=True)


@dataclass(slots=True)
class Work:
    """What the protection of a month has decided so far."""

    sums: Mapping[str, Cells]
    totals: Mapping[str, int | None]
    without: Collection[tuple[str, str]] = ()
    together: Collection[str] = ()
    done: dict[str, Protected] = field(default_factory=dict)
    hidden: dict[str, frozenset[str]] = field(default_factory=dict)
    groups: dict[str, tuple[tuple[Group, ...], tuple[Group, ...]]] = field(default_factory=dict)


def one_dimension(work: Work, one: Indicator) -> Protected:
    counts = {place[0]: count for place, count in work.sums[one.id].items()}
    everybody = work.totals[one.counts] or 0
    telling = {code for code in SENSITIVE.get(one.dimensions[0], ()) if counts.get(code) == everybody}

    def k(code: str) -> int:
        return limit(one, (code,))

    if one.overlapping:
        hidden = overlap(counts, k, everybody if one.covering else None, telling)
        return Protected({(code,): None if code in hidden else count for code, count in sorted(counts.items())})
    found = None if telling else line(counts, k)
    if found is None:
        return WITHHELD
    work.hidden[one.id] = found
    shown: Shown = {(code,): None if code in found else count for code, count in sorted(counts.items())}
    if found and one.id in work.together:
        shown = {place: count for place, count in shown.items() if count is not None}
        shown[MERGED.join(ordered(one.dimensions[0], found)),] = sum(counts[code] for code in found)
    return Protected({**shown, (TOTAL,): everybody})


def two_dimensions(work: Work, one: Indicator) -> Protected:
    if one.overlapping:
        return _parts(work, one)
    if one.nested:
        return _lines(work, one)
    heads = [head_of(one, dimension) for dimension in one.dimensions]
    if any(work.done[head].withheld for head in heads):
        return WITHHELD
    hidden = frozenset[str]().union(*(work.hidden.get(head, frozenset()) for head in heads))
    cells = {(row, column): count for (row, column), count in work.sums[one.id].items()}
    made = cross(one, one.dimensions, cells, hidden, ())
    if made is None:
        return WITHHELD
    shown, work.groups[one.id] = made
    return Protected(shown)


def head_of(one: Indicator, dimension: str) -> str:
    """The table of one of a crossing's dimensions alone."""
    return next(h.id for h in INDICATORS if h.counts == one.counts and h.dimensions == (dimension,))


def _parts(work: Work, one: Indicator) -> Protected:
    """Each code of the first dimension whose own total is shown, by the same groups of the second."""
    first, second = one.dimensions
    head = work.done[head_of(one, first)]
    cells = {(row, column): count for (row, column), count in work.sums[one.id].items()}
    known = [place[0] for place, count in head.counts.items() if count and (one.id, place[0]) not in work.without]
    rows = [code for code in known if not _tells(work, one, code)]
    columns = ordered(second, {place[1] for place in cells if place[0] in rows})
    made = parts(Parts(cells, rows, columns, lambda row, column: limit(one, (row, column)), second in ORDER))
    if made is None:
        return WITHHELD
    shown: Shown = {}
    for row in made[0]:
        for column, codes in named(made[1]):
            shown[row, column] = sum(cells.get((row, code), 0) for code in codes)
    work.groups[one.id] = (), made[1]
    left_out = {place[0] for place in cells} - set(made[0])
    return Protected(shown, left_out=tuple(sorted(left_out)))


def _tells(work: Work, one: Indicator, part: str) -> bool:
    """Whether all people of a group stand in one sensitive part."""
    if part not in SENSITIVE.get(one.dimensions[0], ()):
        return False
    table = next(t for t in INDICATORS if t.counts == one.counts and t.dimensions == one.dimensions[1:])
    people = work.sums[table.id]
    return any(count == people.get(place[1:]) for place, count in work.sums[one.id].items() if place[0] == part)


def _lines(work: Work, one: Indicator) -> Protected:
    """A line for each code of the first dimension whose own total is shown."""
    head = work.done[head_of(one, one.dimensions[0])]
    if head.withheld:
        return WITHHELD
    shown: Shown = {}
    left_out = []
    for part, rest in by_first(work.sums[one.id]).items():
        counts = {place[0]: count for place, count in rest.items()}
        total = head.counts.get((part,))
        hidden = None if total is None else line(counts, _limit(one, part))
        if hidden is None or (one.id, part) in work.without:
            left_out.append(part)
            continue
        shown[part, TOTAL] = total
        shown.update({(part, code): None if code in hidden else count for code, count in sorted(counts.items())})
    return Protected(shown, left_out=tuple(left_out))


def _limit(one: Indicator, *first: str) -> Callable[[str], int]:
    return lambda code: limit(one, (*first, code))


def three_dimensions(work: Work, one: Indicator) -> Protected:
    """A crossing for each code of the first dimension of which both sides are shown."""
    shown: Shown = {}
    left_out = []
    for part, rest in by_first(work.sums[one.id]).items():
        made = _nested(work, one, part, rest) if one.nested else _crossed_part(work, one, part, rest)
        if made is None or (one.id, part) in work.without:
            left_out.append(part)
        else:
            shown.update({(part, *place): count for place, count in made.items()})
    return Protected(shown, left_out=tuple(left_out))


def _crossed_part(work: Work, one: Indicator, part: str, cells: Cells) -> Shown | None:
    """A need by sex and age, in the groups in which it is shown by each of them."""
    first, *others = one.dimensions
    sides = [next(t.id for t in INDICATORS if t.counts == one.counts and t.dimensions == (first, o)) for o in others]
    if any((part, TOTAL) not in work.done[side].counts for side in sides):
        return None
    names = [{code: name for name, codes in named(work.groups[side][1]) for code in codes if name != TOTAL}
             for side in sides]  # fmt: skip
    crossed: dict[tuple[str, str], int] = {}
    for place, count in cells.items():
        at = names[0][place[0]], names[1][place[1]]
        crossed[at] = crossed.get(at, 0) + count
    made = cross(one, tuple(others), crossed, frozenset(), (part,))
    return made[0] if made else None


def _nested(work: Work, one: Indicator, part: str, cells: Cells) -> Shown | None:
    """Services of an entity by state, under the entity's own line as it is shown."""
    entity, service, state = one.dimensions
    above = next(t for t in INDICATORS if t.counts == one.counts and t.dimensions == (entity, state))
    beside = next(t for t in INDICATORS if t.counts == one.counts and t.dimensions == (entity, service))
    groups = work.groups.get(above.id)
    services = by_first(work.done[beside.id].counts).get(part, {})
    if groups is None or (part,) not in groups[0] or not any(place != (TOTAL,) for place in services):
        return None
    columns = {code: MERGED.join(group) for group in groups[1] for code in group}
    crossed: dict[tuple[str, str], int] = {}
    for place, count in cells.items():
        at = place[0], columns[place[1]]
        crossed[at] = crossed.get(at, 0) + count
    hidden = frozenset(place[0] for place, count in services.items() if count is None)
    if len({row for row, _column in crossed}) == 1:  # then the service's row is the entity's
        small = any(
            0 < count < limit(one, (part, row, *column.split(MERGED))) for (row, column), count in crossed.items()
        )
        return None if small else with_totals(crossed, ((next(iter(crossed))[0],),), _singles(crossed))
    made = cross(one, (service, state), crossed, hidden, (part,))
    return made[0] if made else None


def _singles(cells: Mapping[tuple[str, str], int]) -> tuple[Group, ...]:
    return tuple((column,) for column in sorted({column for _row, column in cells}))


def cross(
    one: Indicator,
    dimensions: tuple[str, ...],
    cells: Mapping[tuple[str, str], int],
    hidden: frozenset[str],
    part: tuple[str, ...],
) -> tuple[Shown, tuple[tuple[Group, ...], tuple[Group, ...]]] | None:
    rows, columns = (ordered(dimension, {place[axis] for place in cells}) for axis, dimension in enumerate(dimensions))
    sensitive = SENSITIVE.get(dimensions[1], frozenset())
    merging = crossing(
        Crossing(
            cells,
            rows,
            columns,
            lambda row, column: limit(one, (*part, *row.split(MERGED), *column.split(MERGED))),
            hidden,
            (dimensions[0] in ORDER, dimensions[1] in ORDER),
            lambda group: sensitive.issuperset(codes_of(group)),
        )
    )
    if merging is None:
        return None
    return with_totals(cells, merging.rows, merging.columns), (merging.rows, merging.columns)


def with_totals(cells: Mapping[tuple[str, str], int], rows: tuple[Group, ...], columns: tuple[Group, ...]) -> Shown:
    """The merged cells with all their sums."""
    shown: Shown = {}
    for (row, row_codes), (column, column_codes) in product(named(rows), named(columns)):
        shown[row, column] = sum(cells.get(place, 0) for place in product(row_codes, column_codes))
    return shown


def named(groups: tuple[Group, ...]) -> Iterator[tuple[str, Group]]:
    for group in groups:
        yield MERGED.join(group), group
    yield TOTAL, tuple(code for group in groups for code in group)


def ordered(dimension: str, codes: Collection[str]) -> list[str]:
    order = ORDER.get(dimension, ())
    first = {code: code.split(MERGED)[0] for code in codes}
    return sorted(codes, key=lambda code: (order.index(first[code]) if first[code] in order else len(order), code))


Count = TypeVar("Count", int, int | None)


def by_first(cells: Mapping[Place, Count]) -> dict[str, dict[Place, Count]]:
    parts: dict[str, dict[Place, Count]] = {}
    for place, count in cells.items():
        parts.setdefault(place[0], {})[place[1:]] = count
    return dict(sorted(parts.items()))


SHAPES: Mapping[int, Callable[[Work, Indicator], Protected]] = {
    1: one_dimension,
    2: two_dimensions,
    3: three_dimensions,
}
