"""A correction of a released month: a full new version that tells no more than the two apart (DOMAIN.md §5, G3–G4).

A table is corrected only where the same cells are held back as before, and every figure, and every sum of what is held
back, is as before or differs by k at least. Any other table stands as it was, and says since which version. One
that is published no longer ends with the correction.
"""

from collections.abc import Mapping
from dataclasses import replace

from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal
from attention_point.statistics.content import YEAR, Content, TableContent, standing
from attention_point.statistics.disclosure import TOTAL, Place, codes_of
from attention_point.statistics.protection import LEAST_TOTAL
from attention_point.tallies.rules import BY_ID, limit


def corrected(before: Content, now: Content) -> Content:
    """The next version's content. Raises Refusal where nothing can be corrected without exposing anyone."""
    totals = {
        kind: now.totals[kind] if _far(total, now.totals[kind], LEAST_TOTAL) else total
        for kind, total in before.totals.items()
    }
    tables, changed = [], []
    for table in before.tables:
        if table.id in YEAR or not BY_ID[table.id].published:
            continue
        new = now.table(table.id)
        kept = totals[table.counts] == now.totals[table.counts]
        # Attentions and people are not corrected at once: who came again could be told by both steps.
        apart = BY_ID[table.id].people not in changed
        if new is not None and kept and apart and new.cells != table.cells and correctable(table, new):
            tables.append(new)
            changed.append(table.id)
        else:
            tables.append(standing(table, table.as_of or before.version or 1))
    if not changed:
        raise Refusal(
            _(
                "Nothing of the released figures can be corrected: they are right, or so few people are concerned that "
                "the difference would expose them. The released version stands."
            )
        )
    withheld = tuple((name, titles) for name, titles in before.withheld if BY_ID[name].published)
    return replace(now, totals=totals, tables=tuple(tables), withheld=withheld, labels={**before.labels, **now.labels})


def correctable(before: TableContent, now: TableContent) -> bool:
    """Whether a table may follow another."""
    if before.cells.keys() != now.cells.keys() or before.left_out != now.left_out:
        return False
    steps: dict[Place, int] = {}
    for place, old in before.cells.items():
        new = now.cells[place]
        if (old is None) != (new is None):
            return False
        if old is not None and new is not None:
            steps[place] = new - old
    return all(_enough(step, _limit(now, place)) for place, step in steps.items()) and _rests(now, steps)


def _rests(table: TableContent, steps: Mapping[Place, int]) -> bool:
    """Whether what is held back under each total changed by nothing or by enough, taken together."""
    for axis, dimension in enumerate(table.dimensions):
        if dimension in table.overlapping:
            continue
        for place, step in steps.items():
            if place[axis] == TOTAL:
                parts = [
                    other
                    for other in table.cells
                    if other[axis] != TOTAL and other[:axis] + other[axis + 1 :] == place[:axis] + place[axis + 1 :]
                ]
                if any(part not in steps for part in parts):
                    rest = step - sum(steps.get(part, 0) for part in parts)
                    if not _enough(rest, max(_limit(table, part) for part in parts)):
                        return False
    return True


def _limit(table: TableContent, place: Place) -> int:
    return limit(BY_ID[table.id], codes_of(place))


def _far(old: int | None, new: int | None, k: int) -> bool:
    return old is not None and new is not None and _enough(new - old, k)


def _enough(step: int, k: int) -> bool:
    return step == 0 or abs(step) >= k
