"""The audit that a month must pass before it is released: what an adversary could work out from all that is shown.

It knows nothing of how the month was protected. It takes every published figure as an equation over the finest cells
(people by need, sex and age; referrals by entity, service and state; …), adds what everybody knows (nobody stands in a
need who is not among the people; everybody has a need), and asks a linear programme how low and how high each count
that is held back, and each small count inside a merged cell, could be (DOMAIN.md §5, G1, G2, G5).

It stands on HiGHS and NumPy, which take a while to load: import this module where a month is released, not before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from attention_point.statistics.disclosure import MERGED, TOTAL, Place, codes_of
from attention_point.statistics.programme import System, Target, settle
from attention_point.tallies.rules import BY_ID, KEPT, SENSITIVE, Indicator, limit

Published = Mapping[str, Mapping[Place, int | None]]
Cells = Mapping[str, Mapping[Place, int]]
Variable = tuple[str, Place]
UNREAD = "?"  # a code where no published table tells any


@dataclass(frozen=True, slots=True)
class Breach:
    """What is wrong: the guarantee that is broken, the table, the place, and between what the count must lie."""

    rule: str
    table: str
    place: Place
    least: float | None = None
    most: float | None = None


@dataclass(slots=True)
class _Known:
    """The finest cells by number, and what is known of them. ``standing``: which cells have a code."""

    number: dict[Variable, int] = field(default_factory=dict)
    standing: dict[tuple[str, int, str], set[int]] = field(default_factory=dict)
    system: System = field(default_factory=System)


def audit(published: Published, totals: Mapping[str, int | None], truth: Cells | None = None) -> list[Breach]:
    """What is wrong with a month's figures; nothing when it may be released.

    ``truth``: the counts themselves, so that small ones inside merged cells are examined too.
    """
    breaches = [*_small(published), *_telling(published)]
    known = _Known()
    codes = _codes(published, truth)
    for one in KEPT:
        for place in codes.get(one.id, ()):
            number = known.number[one.id, place] = len(known.number)
            for axis, code in enumerate(place):
                known.standing.setdefault((one.id, axis, code), set()).add(number)
    _equations(known, published, totals, codes)
    for link in (_within, _covering, _followed, _answered):
        link(known, codes, totals, published)
    known.system.size = len(known.number)
    asked = _targets(known, published, codes, truth)
    targets = list(asked)
    if not settle(known.system, targets):
        # Somebody's particulars changed within the month, so that what everybody knows does not quite hold.
        known.system.at_most.clear()
        if not settle(known.system, targets):
            return [*breaches, Breach("consistency", "", ())]
    open_ = ((target, *where) for target, where in zip(targets, asked.values(), strict=True) if not target.settled)
    return breaches + [Breach("G2", table, place, target.least, target.most) for target, table, place in open_]


def _small(published: Published) -> Iterator[Breach]:
    for table, cells in published.items():
        for place, count in cells.items():
            if count is not None and 0 < count < limit(BY_ID[table], codes_of(place)):
                yield Breach("G1", table, place)


def _telling(published: Published) -> Iterator[Breach]:
    """A group of which all stand in what is sensitive (G5)."""
    for table, cells in published.items():
        for axis, dimension in enumerate(BY_ID[table].dimensions):
            sensitive = SENSITIVE.get(dimension, frozenset())
            for place, count in cells.items():
                told = place[axis] != TOTAL and sensitive.issuperset(place[axis].split(MERGED))
                if count and told and _group(published, table, place, axis) == count:
                    yield Breach("G5", table, place)


def _group(published: Published, table: str, place: Place, axis: int) -> int | None:
    """How many people there are where a place stands, whatever the sensitive code."""
    whole = (*place[:axis], TOTAL, *place[axis + 1 :])
    if whole in published[table]:
        return published[table][whole]
    one = BY_ID[table]
    rest = tuple(dimension for dimension in one.dimensions if dimension != one.dimensions[axis])
    codes = tuple(code for at, code in enumerate(place) if at != axis)
    for other, cells in published.items():
        if BY_ID[other].counts == one.counts and BY_ID[other].dimensions == rest:
            return cells.get(codes)
    return None


def _codes(published: Published, truth: Cells | None) -> dict[str, list[Place]]:
    """The finest cells of each kept table: every combination of codes that can be read anywhere."""
    found: dict[str, list[Place]] = {}
    for one in KEPT:
        family = [table for table in published if table == one.id or BY_ID[table].source == one.id]
        if not family:
            continue
        read: list[set[str]] = [set() for _dimension in one.dimensions]
        pairs: set[tuple[str, ...]] = set()  # services stand within their entity only
        for table in family:
            dimensions = BY_ID[table].dimensions
            for place in published[table]:
                for dimension, code in zip(dimensions, place, strict=True):
                    read[one.dimensions.index(dimension)].update(code.split(MERGED))
                if one.nested and dimensions[:2] == one.dimensions[:2]:
                    pairs.update(product(place[0].split(MERGED), place[1].split(MERGED)))
        for place in (truth or {}).get(one.id, {}):
            for codes, code in zip(read, place, strict=True):
                codes.add(code)
            pairs.add(place[:2])
        if one.nested:  # an entity whose services are not told has some all the same
            entities = read[0] - {TOTAL} or {UNREAD}
            pairs.update((code, UNREAD) for code in entities - {pair[0] for pair in pairs})
            read[1].add(UNREAD)
        places = product(*(sorted(codes - {TOTAL}) or [UNREAD] for codes in read))
        found[one.id] = [place for place in places if not one.nested or place[:2] in pairs]
    return found


def _matching(known: _Known, codes: Mapping[str, list[Place]], table: str, place: Place) -> tuple[int, ...]:
    """The finest cells that a published place sums up."""
    one = BY_ID[table]
    kept = one.source or one.id
    chosen: set[int] | None = None
    for dimension, code in zip(one.dimensions, place, strict=True):
        if code != TOTAL:
            axis = BY_ID[kept].dimensions.index(dimension)
            here = set[int]().union(*(known.standing.get((kept, axis, each), ()) for each in code.split(MERGED)))
            chosen = here if chosen is None else chosen & here
    if chosen is None:
        chosen = {known.number[kept, fine] for fine in codes.get(kept, ())}
    return tuple(sorted(chosen))


def _equations(
    known: _Known, published: Published, totals: Mapping[str, int | None], codes: Mapping[str, list[Place]]
) -> None:
    for table, cells in published.items():
        for place, count in cells.items():
            if count is not None:
                known.system.add(_matching(known, codes, table, place), count)
    for one in KEPT:
        total = totals.get(one.counts)
        if not one.overlapping and total is not None and one.id in codes:
            known.system.add(_matching(known, codes, one.id, (TOTAL,) * len(one.dimensions)), total)


@dataclass(frozen=True, slots=True)
class _Group:
    """People who are alike in what both tables tell (sex and age): themselves, or their number; and their needs."""

    parts: Mapping[str, Sequence[int]]  # code of the overlapping dimension → its cells
    people: Sequence[int]
    count: int = 0


def _groups(
    known: _Known, codes: Mapping[str, list[Place]], one: Indicator, totals: Mapping[str, int | None]
) -> Iterator[_Group]:
    """The groups into which an overlapping table and the table of all people both divide people."""
    rest = one.dimensions[1:]
    wholes = [t for t in KEPT if t.counts == one.counts and not t.overlapping and t.id in codes
              and rest and set(rest) <= set(t.dimensions)]  # fmt: skip
    axes: list[tuple[int, int]] = []  # in the one table and in the other
    for whole in wholes[:1]:
        both = [(axis, whole.dimensions.index(dimension)) for axis, dimension in enumerate(rest, 1)]
        axes = [(a, w) for a, w in both if _read(codes, one.id, a) and _read(codes, whole.id, w)]
    parts: dict[Place, dict[str, list[int]]] = {}
    for place in codes.get(one.id, ()):
        group = tuple(place[a] for a, _w in axes)
        parts.setdefault(group, {}).setdefault(place[0], []).append(known.number[one.id, place])
    people: dict[Place, list[int]] = {}
    for whole in wholes[:1] if axes else ():
        for place in codes[whole.id]:
            people.setdefault(tuple(place[w] for _a, w in axes), []).append(known.number[whole.id, place])
    total = totals.get(one.counts)
    for group, found in parts.items():
        if axes:
            yield _Group(found, people.get(group, ()))
        elif total is not None:
            yield _Group(found, (), total)


def _read(codes: Mapping[str, list[Place]], table: str, axis: int) -> bool:
    """Whether any published table tells this dimension's codes."""
    return any(place[axis] != UNREAD for place in codes[table])


def _within(known: _Known, codes: Mapping[str, list[Place]], totals: Mapping[str, int | None], _p: Published) -> None:
    """Nobody stands in a cell who is not among the people."""
    for one in KEPT:
        for group in _groups(known, codes, one, totals) if one.overlapping and one.id in codes else ():
            for cells in group.parts.values():
                row = {**dict.fromkeys(cells, 1.0), **dict.fromkeys(group.people, -1.0)}
                known.system.at_most.append((row, group.count))


def _covering(
    known: _Known, codes: Mapping[str, list[Place]], totals: Mapping[str, int | None], published: Published
) -> None:
    """Everybody stands in one cell at least; to be reckoned with only where every code can be read."""
    for one in KEPT:
        if one.covering and any(head in published for head in _heads(one)):
            for group in _groups(known, codes, one, totals):
                cells = [cell for part in group.parts.values() for cell in part]
                row = {**dict.fromkeys(cells, -1.0), **dict.fromkeys(group.people, 1.0)}
                known.system.at_most.append((row, -group.count))


def _heads(one: Indicator) -> list[str]:
    return [t.id for t in BY_ID.values() if one.id in {t.id, t.source} and t.dimensions == one.overlapping]


def _followed(
    known: _Known, codes: Mapping[str, list[Place]], _totals: Mapping[str, int | None], _p: Published
) -> None:
    """Nobody is counted as a person on a day or at an hour without an attention."""
    for dimension in ("day", "hour"):
        people, attentions = f"people-by-{dimension}", f"attentions-by-{dimension}"
        if attentions in codes:
            for place in codes.get(people, ()):
                if (attentions, place) in known.number:
                    pair = {known.number[people, place]: 1.0, known.number[attentions, place]: -1.0}
                    known.system.at_most.append((pair, 0))


UNANSWERED = ("created", "seen")
PERHAPS = ("withdrawn", "expired", "closed")


def _answered(known: _Known, codes: Mapping[str, list[Place]], totals: Mapping[str, int | None], _p: Published) -> None:
    """What waits has no answer; what was accepted, rejected, attended or missed has one."""
    referrals, answers = totals.get("referrals"), totals.get("answers")
    table = "referrals-by-service-and-state"
    if referrals is None or answers is None or table not in codes:
        return
    waiting = [known.number[table, place] for place in codes[table] if place[-1] in UNANSWERED]
    perhaps = [known.number[table, place] for place in codes[table] if place[-1] in (*UNANSWERED, *PERHAPS)]
    known.system.at_most.append((dict.fromkeys(waiting, 1.0), referrals - answers))
    known.system.at_most.append((dict.fromkeys(perhaps, -1.0), answers - referrals))


def _targets(
    known: _Known, published: Published, codes: Mapping[str, list[Place]], truth: Cells | None
) -> dict[Target, tuple[str, Place]]:
    """What must stay uncertain, and where it stands: counts held back, and small ones inside merged cells."""
    found: dict[tuple[int, ...], tuple[int, str, Place]] = {}

    def add(table: str, place: Place, k: int) -> None:
        variables = _matching(known, codes, table, place)
        if variables not in found or found[variables][0] < k:
            found[variables] = k, table, place

    for table, cells in published.items():
        for place, count in cells.items():
            if count is None:
                add(table, place, limit(BY_ID[table], codes_of(place)))
    for one in KEPT:
        for place, count in (truth or {}).get(one.id, {}).items() if one.id in codes else ():
            if 0 < count < limit(one, place):
                # Not published, so that the table's own k is enough: a group of nine may hold nine at most anyway.
                add(one.id, place, one.k)
    return {Target(variables, k): (table, place) for variables, (k, table, place) in found.items()}
