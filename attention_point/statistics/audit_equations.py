"""What anybody can read off a month's published figures, as equations over the finest cells of each kept table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from attention_point.statistics.disclosure import MERGED, TOTAL, Place
from attention_point.statistics.programme import System
from attention_point.tallies.rules import BY_ID, KEPT, Indicator

Published = Mapping[str, Mapping[Place, int | None]]
Cells = Mapping[str, Mapping[Place, int]]
Variable = tuple[str, Place]
UNREAD = "?"  # a code where no published table tells any


@dataclass(slots=True)
class Known:
    """The finest cells by number, and what is known of them. ``standing``: which cells have a code."""

    number: dict[Variable, int] = field(default_factory=dict)
    standing: dict[tuple[str, int, str], set[int]] = field(default_factory=dict)
    system: System = field(default_factory=System)


def codes_told(published: Published, truth: Cells | None) -> dict[str, list[Place]]:
    """The finest cells of each kept table: every combination of codes that can be read anywhere.

    ``truth``: the counts themselves, whose codes are added where a table tells any of the dimension.
    """
    found: dict[str, list[Place]] = {}
    for one in KEPT:
        read, pairs = _read(published, one)
        told = [axis for axis, codes in enumerate(read) if codes]
        if not told:
            continue
        for place in [*(truth or {}).get(one.id, {}), *found.get(_people_beside(one), ())]:
            for axis in told:
                read[axis].add(place[axis])
            if 1 in told:
                pairs.add(place[:2])
        if one.nested:  # an entity whose services are not told has some all the same
            entities = read[0] - {TOTAL} or {UNREAD}
            pairs.update((code, UNREAD) for code in entities - {pair[0] for pair in pairs})
            read[1].add(UNREAD)
        places = product(*(sorted(codes - {TOTAL}) or [UNREAD] for codes in read))
        found[one.id] = [place for place in places if not one.nested or place[:2] in pairs]
    return found


def _read(published: Published, one: Indicator) -> tuple[list[set[str]], set[tuple[str, ...]]]:
    """The codes of each dimension that any published table tells; and which of the second stand within which first."""
    read: list[set[str]] = [set() for _dimension in one.dimensions]
    pairs: set[tuple[str, ...]] = set()
    for table in [name for name in published if one.id in BY_ID[name].kept]:
        dimensions = BY_ID[table].dimensions
        for place in published[table]:
            for dimension, code in zip(dimensions, place, strict=True):
                read[one.dimensions.index(dimension)].update(code.split(MERGED))
            if one.nested and dimensions[:2] == one.dimensions[:2]:
                pairs.update(product(place[0].split(MERGED), place[1].split(MERGED)))
    return read, pairs


def _people_beside(one: Indicator) -> str:
    """Where those stand as people who came again: nobody returns who did not come."""
    return next((other.id for other in KEPT if one.counts == "returns" and other.attentions and other.cells
                 and other.dimensions == one.dimensions), "")  # fmt: skip


def matching(known: Known, codes: Mapping[str, list[Place]], table: str, place: Place) -> tuple[int, ...]:
    """The finest cells that a published place sums up."""
    one = BY_ID[table]
    return tuple(sorted(cell for kept in one.kept if kept in codes for cell in _of(known, codes, one, kept, place)))


def _of(known: Known, codes: Mapping[str, list[Place]], one: Indicator, kept: str, place: Place) -> set[int]:
    """Those of one kept table. A code that no table tells stands in the one cell of all such."""
    chosen: set[int] | None = None
    for dimension, code in zip(one.dimensions, place, strict=True):
        if code != TOTAL:
            axis = BY_ID[kept].dimensions.index(dimension)
            unread = known.standing.get((kept, axis, UNREAD), set())
            here = set[int]().union(*(known.standing.get((kept, axis, each), unread) for each in code.split(MERGED)))
            chosen = here if chosen is None else chosen & here
    return {known.number[kept, fine] for fine in codes.get(kept, ())} if chosen is None else chosen


def equations(
    known: Known, published: Published, totals: Mapping[str, int | None], codes: Mapping[str, list[Place]]
) -> None:
    for table, cells in published.items():
        for place, count in cells.items():
            if count is None:
                continue
            one = BY_ID[table]
            people = of_people(published.get(one.people or "", {}), place)
            if one.returns and people is not None:  # what is known of people leaves what is known of returns
                known.system.add(tuple(sorted(_of(known, codes, one, one.returns, place))), count - people)
            else:
                known.system.add(matching(known, codes, table, place), count)
    for one in KEPT:
        total = totals.get(one.counts)
        if not one.overlapping and total is not None and one.id in codes:
            known.system.add(matching(known, codes, one.id, (TOTAL,) * len(one.dimensions)), total)


def of_people(cells: Mapping[Place, int | None], place: Place) -> int | None:
    """How many people stand at a place, as far as its parts are told."""
    if place in cells:
        return cells[place]
    parts = []
    for axis, code in enumerate(place):
        wanted = set(code.split(MERGED))
        names = {other[axis] for other in cells if wanted.issuperset(other[axis].split(MERGED))}
        if set[str]().union(*(name.split(MERGED) for name in names)) != wanted:
            return None
        parts.append(names)
    counts = [cells.get(part) for part in product(*parts)] if cells else [None]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
