"""What everybody knows of a month, whatever is published: nobody has a need who is not among the people, and so on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from attention_point.statistics.audit_equations import UNREAD, Known, Published
from attention_point.statistics.disclosure import Place
from attention_point.tallies.rules import BY_ID, KEPT, Indicator

Codes = Mapping[str, Sequence[Place]]


@dataclass(frozen=True, slots=True)
class _Group:
    """People who are alike in what both tables tell (sex and age): themselves, or their number; and their needs."""

    parts: Mapping[str, Sequence[int]]  # code of the overlapping dimension → its cells
    people: Sequence[int]
    count: int = 0


def _groups(
    known: Known, codes: Mapping[str, list[Place]], one: Indicator, totals: Mapping[str, int | None]
) -> dict[Place, _Group]:
    """The groups into which an overlapping table and the table of all people both divide people, by their codes."""
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
    if not axes and total is None:
        return {}
    return {
        group: _Group(found, people.get(group, ())) if axes else _Group(found, (), total or 0)
        for group, found in parts.items()
    }


def _read(codes: Mapping[str, list[Place]], table: str, axis: int) -> bool:
    """Whether any published table tells this dimension's codes."""
    return any(place[axis] != UNREAD for place in codes[table])


def within(known: Known, codes: Mapping[str, list[Place]], totals: Mapping[str, int | None], _p: Published) -> None:
    """Nobody stands in a cell who is not among the people."""
    for one in KEPT:
        groups = _groups(known, codes, one, totals) if one.overlapping and one.id in codes else {}
        for group in groups.values():
            for cells in group.parts.values():
                row = {**dict.fromkeys(cells, 1.0), **dict.fromkeys(group.people, -1.0)}
                known.system.at_most.append((row, group.count))


def covering(
    known: Known, codes: Mapping[str, list[Place]], totals: Mapping[str, int | None], published: Published
) -> None:
    """Everybody, and every attention, stands in one cell at least: reckoned with only where every code is told."""
    for one in KEPT:
        if not one.covering:
            continue
        people = _groups(known, codes, one, totals)
        if _head(published, one, "people"):
            _at_least_one(known, people.values())
        if (head := _head(published, one, "attentions")) and (again := BY_ID[head].returns):
            returns = _groups(known, codes, BY_ID[again], totals)
            if people.keys() == returns.keys():
                _at_least_one(known, [_both(people[key], returns[key]) for key in people])


def _both(people: _Group, returns: _Group) -> _Group:
    cells = {"": [cell for group in (people, returns) for part in group.parts.values() for cell in part]}
    return _Group(cells, (*people.people, *returns.people), people.count + returns.count)


def _at_least_one(known: Known, groups: Iterable[_Group]) -> None:
    for group in groups:
        cells = [cell for part in group.parts.values() for cell in part]
        row = {**dict.fromkeys(cells, -1.0), **dict.fromkeys(group.people, 1.0)}
        known.system.at_most.append((row, -group.count))


def _head(published: Published, one: Indicator, counts: str) -> str | None:
    """The published table that tells every code of a kept table's overlapping dimension, and no other."""
    heads = (BY_ID[name] for name in published if one.id in BY_ID[name].kept)
    return next((head.id for head in heads if head.counts == counts and head.dimensions == one.overlapping), None)


UNANSWERED = ("created", "seen")
PERHAPS = ("withdrawn", "expired", "closed")


def answered(known: Known, codes: Mapping[str, list[Place]], totals: Mapping[str, int | None], _p: Published) -> None:
    """What waits has no answer; what was accepted, rejected, attended or missed has one."""
    referrals, answers = totals.get("referrals"), totals.get("answers")
    table = "referrals-by-service-and-state"
    if referrals is None or answers is None or table not in codes:
        return
    waiting = [known.number[table, place] for place in codes[table] if place[-1] in UNANSWERED]
    perhaps = [known.number[table, place] for place in codes[table] if place[-1] in (*UNANSWERED, *PERHAPS)]
    known.system.at_most.append((dict.fromkeys(waiting, 1.0), referrals - answers))
    known.system.at_most.append((dict.fromkeys(perhaps, -1.0), answers - referrals))


LINKS = (within, covering, answered)
