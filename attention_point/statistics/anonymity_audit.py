"""An account of finished rows against the rules, by other means than those that made them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from attention_point.statistics.anonymity import WITHHELD, Row, Rules, Sensitive, gives_away

Breach = tuple[str, str]
"""What does not hold (``k``, ``l``, ``share``, ``within``, ``partly``, ``guard``) and in which column."""


def breaches(rows: Iterable[Row], rules: Rules) -> list[Breach]:
    """Every rule that some class breaks, once each; none for rows that may be handed over."""
    width = len(rules.quasi)
    classes: dict[Row, list[Row]] = defaultdict(list)
    for row in rows:
        classes[row[:width]].append(row[width:])
    found = [breach for told, members in classes.items() for breach in _of_class(told, members, rules)]
    found += [("guard", rules.quasi[place].name) for place in range(width) if _given_away(place, classes, rules)]
    return sorted(set(found))


def _of_class(told: Row, members: Sequence[Row], rules: Rules) -> Iterator[Breach]:
    if len(members) < rules.k:
        yield "k", "*"
    said = dict(zip((column.name for column in rules.quasi), told, strict=True))
    for column, values in zip(rules.sensitive, zip(*members, strict=True), strict=True):
        if set(values) == {WITHHELD}:
            continue
        if any(said[name] not in allowed for name, allowed in column.within.items()):
            yield "within", column.name
        for kind in _of_column(column, values, rules):
            yield kind, column.name


def _of_column(column: Sensitive, values: Sequence[str], rules: Rules) -> Iterator[str]:
    if WITHHELD in values:
        yield "partly"
    if len(values) < column.k:
        yield "k"
    if len(set(values)) < rules.l:
        yield "l"
    if sum(value in column.protected for value in values) > column.share * len(values):
        yield "share"


def _given_away(place: int, classes: dict[Row, list[Row]], rules: Rules) -> bool:
    alike: dict[Row, list[str]] = defaultdict(list)
    for told, members in classes.items():
        alike[told[:place] + told[place + 1 :]] += [told[place]] * len(members)
    column = rules.quasi[place]
    return bool(column.protected) and any(gives_away(column, shown) for shown in alike.values())
