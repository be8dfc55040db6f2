"""De-identifying rows of people: k-anonymity over quasi-identifiers, l-diversity and a greatest share for sensitive
values. Plain Python: it knows neither what the columns mean nor where the rows come from.

A *quasi-identifier* is what somebody else may know of a person. Each of its values comes as a ladder, from the most
exact to the one that says nothing. A *class* is all rows that show the same quasi-identifiers. The guarantees, of which
``breaches`` is an account of its own that reads nothing but the finished rows:

- every class has at least ``k`` rows (Sweeney 2002);
- a sensitive column shows its values in a class that has at least the column's own ``k`` rows, at least ``l`` distinct
  values (Machanavajjhala et al. 2007) and of its protected values together no more than the stated share (Wong et al.
  2006), else none of them;
- a sensitive value that gives a quasi-identifier away (who is pregnant is a woman) is shown only where the class says
  as much by itself, so that nobody can be struck from a class;
- a quasi-identifier that is delicate itself (the migration status) is shown only where those who know all the others
  cannot conclude it.

Rows are recoded locally: all begin at the top of every ladder, and a group descends where that tells most and leaves no
class too small. Those of a group who are too few to descend stay above together, or are left out, up to a stated share.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

WITHHELD = "*"
LEAST_K = 3

Ladder = tuple[str, ...]
Row = tuple[str, ...]
Rungs = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Quasi:
    """A quasi-identifier. ``protected``: values that at most ``share`` of those alike in all else may show.

    The ladder of a column with protected values ends in ``WITHHELD``.
    """

    name: str
    weight: float = 1.0
    protected: frozenset[str] = frozenset()
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A sensitive column. ``protected``: the values whose knowledge harms, at most ``share`` of a class together.

    ``within``: by quasi-identifier, the published values of a class in which the column may be shown at all.
    """

    name: str
    protected: frozenset[str]
    k: int
    share: float = 0.5
    weight: float = 1.0
    within: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Rules:
    """What must hold. ``left_out``: the share of the records that may be suppressed for the sake of the others.

    Raises ValueError for a ``k`` under 3, an ``l`` under 2 or a column's ``k`` under the common one.
    """

    k: int
    l: int  # noqa: E741 - as the literature calls it
    quasi: tuple[Quasi, ...]
    sensitive: tuple[Sensitive, ...]
    left_out: float = 0.05

    def __post_init__(self) -> None:
        if self.k < LEAST_K or self.l < 2 or any(column.k < self.k for column in self.sensitive):
            raise ValueError("k is at least 3, l at least 2, and no column's k is under the common one")


@dataclass(frozen=True, slots=True)
class Record:
    """One person: a ladder for each quasi-identifier, a value for each sensitive column."""

    quasi: tuple[Ladder, ...]
    sensitive: Row


@dataclass(frozen=True, slots=True)
class Protected:
    """The rows, in no order to rely on: shuffle them. ``rungs``: by quasi-identifier, how many rows stand on each rung.

    ``withheld``: by sensitive column, how many rows do not show it. ``loss``: from 0 (all is told) to 1 (nothing).
    """

    rows: tuple[Row, ...]
    suppressed: int
    rungs: Mapping[str, tuple[int, ...]]
    withheld: Mapping[str, int]
    loss: float


def protect(records: Sequence[Record], rules: Rules) -> Protected:
    """The records as rows that may be handed over. With fewer records than ``k`` there is no row."""
    work = _Work(records, rules)
    rungs = work.descend()
    for place in range(len(rules.quasi)):
        work.guard(rungs, place)
    rows: list[Row] = []
    withheld: Counter[str] = Counter()
    for told, members in _classes(records, rungs).items():
        hidden = work.hidden(told, members)
        for member in members:
            values = (WITHHELD if place in hidden else value for place, value in enumerate(records[member].sensitive))
            rows.append((*told, *values))
        withheld.update({rules.sensitive[place].name: len(members) for place in hidden})
    kept = [each for each in rungs if each is not None]
    return Protected(
        tuple(rows),
        len(records) - len(rows),
        {
            column.name: _per_rung(records, [each[place] for each in kept], place)
            for place, column in enumerate(rules.quasi)
        },
        {column.name: withheld[column.name] for column in rules.sensitive},
        work.loss(kept, withheld),
    )


def _per_rung(records: Sequence[Record], rungs: Iterable[int], place: int) -> tuple[int, ...]:
    counts = Counter(rungs)
    return tuple(counts[rung] for rung in range(len(records[0].quasi[place]))) if records else ()


def _classes(records: Sequence[Record], rungs: Sequence[Rungs | None]) -> dict[Row, list[int]]:
    """Members by what they show; the suppressed are in none."""
    found: dict[Row, list[int]] = defaultdict(list)
    for member, each in enumerate(rungs):
        if each is not None:
            ladders = records[member].quasi
            found[tuple(ladder[rung] for ladder, rung in zip(ladders, each, strict=True))].append(member)
    return found


@dataclass(frozen=True, slots=True)
class _Cut:
    """A group that descends one rung of one ladder: its parts, who is left out, and what it is worth."""

    parts: list[tuple[Rungs, list[int]]]
    lost: int
    worth: float


class _Work:
    """The records by column, and the search over them."""

    def __init__(self, records: Sequence[Record], rules: Rules) -> None:
        self.records, self.rules = records, rules
        self.columns = [[record.sensitive[place] for record in records] for place in range(len(rules.sensitive))]
        self.places = {column.name: place for place, column in enumerate(rules.quasi)}
        self.top: Rungs = tuple(len(ladder) - 1 for ladder in records[0].quasi) if records else ()
        self.whole = sum(one.weight for one in rules.quasi) + sum(one.weight for one in rules.sensitive)

    def descend(self) -> list[Rungs | None]:
        """For each record the rung of each ladder; None for those who are left out."""
        found: list[Rungs | None] = [None] * len(self.records)
        if len(self.records) < self.rules.k:
            return found
        budget = int(self.rules.left_out * len(self.records))
        waiting = [(self.top, list(range(len(self.records))))]
        while waiting:
            rungs, members = waiting.pop()
            best = max(self._cuts(rungs, members, budget), key=lambda cut: cut.worth, default=None)
            if best is None or best.worth <= 0:
                for member in members:
                    found[member] = rungs
            else:
                budget -= best.lost
                waiting.extend(best.parts)
        return found

    def _cuts(self, rungs: Rungs, members: list[int], budget: int) -> Iterator[_Cut]:
        """Every way to descend one rung that leaves no class too small."""
        before = self._dark(rungs, members)
        for place, rung in enumerate(rungs):
            if rung == 0:
                continue
            below = (*rungs[:place], rung - 1, *rungs[place + 1 :])
            groups: dict[str, list[int]] = defaultdict(list)
            for member in members:
                groups[self.records[member].quasi[place][rung - 1]].append(member)
            parts = [(below, group) for group in groups.values() if len(group) >= self.rules.k]
            rest = [member for group in groups.values() if len(group) < self.rules.k for member in group]
            stays = len(rest) >= self.rules.k
            lost = 0 if stays else len(rest)
            if not parts or lost > budget:
                continue
            told = sum(len(group) for _rungs, group in parts) * self.rules.quasi[place].weight / self.top[place]
            if stays:
                parts.append((rungs, rest))
            dark = sum(self._dark(*part) for part in parts)
            yield _Cut(parts, lost, told - (dark - before) - lost * self.whole)

    def _dark(self, rungs: Rungs, members: list[int]) -> float:
        """The weight of the sensitive cells that this group would not show."""
        ladders = self.records[members[0]].quasi
        told = tuple(ladder[rung] for ladder, rung in zip(ladders, rungs, strict=True))
        hidden = self.hidden(told, members)
        return sum(self.rules.sensitive[place].weight for place in hidden) * len(members)

    def hidden(self, told: Row, members: Sequence[int]) -> set[int]:
        """The sensitive columns that a class may not show."""
        return {
            place
            for place, column in enumerate(self.rules.sensitive)
            if not self._shown(column, told, members, self.columns[place])
        }

    def _shown(self, column: Sensitive, told: Row, members: Sequence[int], values: Sequence[str]) -> bool:
        if len(members) < column.k:
            return False
        if any(told[self.places[name]] not in allowed for name, allowed in column.within.items()):
            return False
        counts = Counter([values[member] for member in members])
        harmful = sum(counts[value] for value in column.protected)
        return len(counts) >= self.rules.l and harmful <= column.share * len(members)

    def guard(self, rungs: list[Rungs | None], place: int) -> None:
        """Raise a delicate quasi-identifier to its top where those alike in all else would give it away."""
        column = self.rules.quasi[place]
        if not column.protected:
            return
        alike: dict[Row, list[int]] = defaultdict(list)
        for told, members in _classes(self.records, rungs).items():
            alike[(*told[:place], *told[place + 1 :])].extend(members)
        for members in alike.values():
            shown = [self.records[one].quasi[place][held[place]] for one in members if (held := rungs[one])]
            if gives_away(column, shown):
                for one in members:
                    held = rungs[one]
                    rungs[one] = (*held[:place], self.top[place], *held[place + 1 :]) if held else None

    def loss(self, kept: Sequence[Rungs], withheld: Mapping[str, int]) -> float:
        """What is not told, as a share of all that was known: a suppressed record is lost whole."""
        if not self.records:
            return 0.0
        lost: float = (len(self.records) - len(kept)) * self.whole
        for place, column in enumerate(self.rules.quasi):
            if self.top[place]:
                lost += column.weight * sum(each[place] for each in kept) / self.top[place]
        lost += sum(column.weight * withheld[column.name] for column in self.rules.sensitive)
        return lost / (self.whole * len(self.records))


def gives_away(column: Quasi, shown: Iterable[str]) -> bool:
    """Whether these values of a delicate quasi-identifier, shown by people alike in all else, tell too much."""
    said = [value for value in shown if value != WITHHELD]
    return sum(value in column.protected for value in said) > column.share * len(said)
