"""The audit that a month must pass before it is released: what an adversary could work out from all that is shown.

It knows nothing of how the month was protected. It takes every published figure as an equation over the finest cells
(people by need, sex and age; referrals by entity, service and state; …), adds what everybody knows (nobody stands in a
need who is not among the people; everybody has a need), and asks a linear programme how low and how high each count
that is held back, and each small count inside a merged cell, could be (DOMAIN.md §5, G1, G2, G5).

It stands on HiGHS and NumPy, which take a while to load: import this module where a month is released, not before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from attention_point.statistics.audit_equations import (
    Cells,
    Known,
    Published,
    codes_told,
    equations,
    matching,
    of_people,
)
from attention_point.statistics.audit_links import LINKS
from attention_point.statistics.disclosure import MERGED, TOTAL, Place, codes_of
from attention_point.statistics.programme import Target, settle
from attention_point.tallies.rules import BY_ID, KEPT, SENSITIVE, Indicator, limit


@dataclass(frozen=True, slots=True)
class Breach:
    """What is wrong: the guarantee that is broken, the table, the place, and between what the count must lie."""

    rule: str
    table: str
    place: Place
    least: float | None = None
    most: float | None = None


def audit(published: Published, totals: Mapping[str, int | None], truth: Cells | None = None) -> list[Breach]:
    """What is wrong with a month's figures; nothing when it may be released.

    ``truth``: the counts themselves, so that small ones inside merged cells are examined too.
    """
    breaches = [*_small(published), *_telling(published)]
    known = Known()
    people, attentions = totals.get("people"), totals.get("attentions")
    if people is not None and attentions is not None:
        totals = {**totals, "returns": attentions - people}
    codes = codes_told(published, truth)
    for one in KEPT:
        for place in codes.get(one.id, ()):
            number = known.number[one.id, place] = len(known.number)
            for axis, code in enumerate(place):
                known.standing.setdefault((one.id, axis, code), set()).add(number)
    equations(known, published, totals, codes)
    for link in LINKS:
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
    """A small count (G1); or a small difference between attentions and people, which is how many came again."""
    for table, cells in published.items():
        one = BY_ID[table]
        beside = _people_beside(published, one)
        for place, count in cells.items():
            k = limit(one, codes_of(place))
            people = of_people(beside, place)
            again = count - people if count is not None and people is not None else 0
            if count is not None and 0 < count < k or 0 < again < k:
                yield Breach("G1", table, place)


def _people_beside(published: Published, one: Indicator) -> Mapping[Place, int | None]:
    """The published table of people with the dimensions of a table of attentions; empty where there is none."""
    if one.counts == "attentions":
        for other, cells in published.items():
            if BY_ID[other].counts == "people" and BY_ID[other].dimensions == one.dimensions:
                return cells
    return {}


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


def _targets(
    known: Known, published: Published, codes: Mapping[str, list[Place]], truth: Cells | None
) -> dict[Target, tuple[str, Place]]:
    """What must stay uncertain, and where it stands: counts held back, and small ones inside merged cells."""
    found: dict[tuple[int, ...], tuple[int, str, Place]] = {}

    def add(table: str, place: Place, k: int) -> None:
        variables = matching(known, codes, table, place)
        if variables not in found or found[variables][0] < k:
            found[variables] = k, table, place

    for table, cells in published.items():
        for place, count in cells.items():
            if count is None:
                add(table, place, limit(BY_ID[table], codes_of(place)))
    for one in KEPT:
        sums: dict[tuple[int, ...], tuple[int, Place]] = {}
        for place, count in (truth or {}).get(one.id, {}).items() if one.id in codes else ():
            variables = matching(known, codes, one.id, place)
            sums[variables] = sums.get(variables, (0, place))[0] + count, place
        for count, place in sums.values():
            if 0 < count < limit(one, place):
                # Not published, so that the table's own k is enough: a group of nine may hold nine at most anyway.
                add(one.id, place, one.k)
    return {Target(variables, k): (table, place) for variables, (k, table, place) in found.items()}
