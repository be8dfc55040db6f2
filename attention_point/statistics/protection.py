"""Protects a month: every table of the list, one after the other, so that tables that share totals agree. Plain Python.

First the totals that tables share (lines and overlaps), then the crossings under them, then attentions beside people. A
table that cannot be protected is withheld whole; where a table consists of parts (a need, an entity), a part that
cannot be is left out of it. In every table a zero is shown as 0.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from attention_point.statistics.disclosure import Place
from attention_point.statistics.protection_attentions import beside_people
from attention_point.statistics.protection_shapes import SHAPES, WITHHELD, Cells, Protected, Work
from attention_point.tallies.rules import BY_ID, INDICATORS, Indicator

# A grand total is shown only from here on: below, it would bind the tables with the strictest limit too much.
LEAST_TOTAL = max(indicator.k for indicator in INDICATORS)
KINDS = ("people", "attentions", "referrals", "answers")


@dataclass(frozen=True, slots=True)
class Month:
    """A month as it may be shown. ``totals``: of each kind; None where even the total is too small."""

    totals: Mapping[str, int | None]
    tables: Mapping[str, Protected]


def protect(
    kept: Mapping[str, Cells], without: Collection[tuple[str, str]] = (), together: Collection[str] = ()
) -> Month:
    """Protect a month's counts.

    An audit found telling: ``without`` names parts of tables to leave out (a table and a code of its first dimension;
    "" for the whole table), ``together`` tables that show what they would hold back as one sum.
    """
    sums = {one.id: _sums(one, kept) for one in INDICATORS}
    work = Work(sums, {kind: _total(kind, sums) for kind in KINDS}, without, together)
    for one in INDICATORS:
        work.done[one.id] = _protected(work, one)
    return Month(work.totals, work.done)


def _protected(work: Work, one: Indicator) -> Protected:
    if work.totals[one.counts] is None or (one.id, "") in work.without:
        return WITHHELD
    if not work.sums[one.id]:
        return Protected({})
    if one.people is None:
        return SHAPES[len(one.dimensions)](work, one)
    # Attentions less people: how many came again is a count like any other, though it is nowhere written.
    again = (work.totals["attentions"] or 0) - (work.totals["people"] or 0)
    return WITHHELD if 0 < again < LEAST_TOTAL else beside_people(work, one, again)


def _sums(indicator: Indicator, kept: Mapping[str, Cells]) -> Cells:
    sums: dict[Place, int] = {}
    for name in indicator.kept:
        axes = [BY_ID[name].dimensions.index(dimension) for dimension in indicator.dimensions]
        for place, count in kept.get(name, {}).items():
            if count > 0:
                codes = tuple([place[axis] for axis in axes])
                sums[codes] = sums.get(codes, 0) + count
    return sums


def _total(kind: str, sums: Mapping[str, Cells]) -> int | None:
    """What any table without overlap adds up to."""
    table = next(one for one in INDICATORS if one.counts == kind and not one.overlapping)
    total = sum(sums[table.id].values())
    return total if total == 0 or total >= LEAST_TOTAL else None
