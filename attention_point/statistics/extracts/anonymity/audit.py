"""Checks finished rows against the rules, by other means than those that made them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from attention_point.statistics.extracts.anonymity.rules import (
    WITHHELD,
    AnonymityRules,
    Row,
    SensitiveColumn,
    reveals_protected_value,
)

Breach = tuple[str, str]
"""What does not hold (``k``, ``l``, ``share``, ``within``, ``partly``, ``guard``) and in which column."""


def find_breaches(rows: Iterable[Row], rules: AnonymityRules) -> list[Breach]:
    """Return every rule that some class breaks, once each; none for rows that may be handed over."""
    width = len(rules.quasi)
    classes: dict[Row, list[Row]] = defaultdict(list)
    for row in rows:
        classes[row[:width]].append(row[width:])
    found_breaches = [breach for shown, members in classes.items() for breach in _check_class(shown, members, rules)]
    # Across classes: people who are alike in all but one column may stand in several of them.
    found_breaches += [
        ("guard", rules.quasi[index].name) for index in range(width) if _reveals_column(index, classes, rules)
    ]
    return sorted(set(found_breaches))


def _check_class(shown: Row, members: Sequence[Row], rules: AnonymityRules) -> Iterator[Breach]:
    if len(members) < rules.k:
        yield "k", "*"
    shown_by_name = dict(zip((column.name for column in rules.quasi), shown, strict=True))
    for column, values in zip(rules.sensitive, zip(*members, strict=True), strict=True):
        # A withheld column shows nothing, so no rule about its values applies.
        if set(values) == {WITHHELD}:
            continue
        if any(shown_by_name[name] not in allowed for name, allowed in column.within.items()):
            yield "within", column.name
        for kind in _check_column(column, values, rules):
            yield kind, column.name


def _check_column(column: SensitiveColumn, values: Sequence[str], rules: AnonymityRules) -> Iterator[str]:
    # A column that some rows of a class show and others do not would tell the two apart.
    if WITHHELD in values:
        yield "partly"
    if len(values) < column.k:
        yield "k"
    if len(set(values)) < rules.l:
        yield "l"
    if sum(value in column.protected for value in values) > column.share * len(values):
        yield "share"


def _reveals_column(index: int, classes: dict[Row, list[Row]], rules: AnonymityRules) -> bool:
    # Nothing is taken from the anonymiser but the rule itself: an error in its search must not hide here.
    alike: dict[Row, list[str]] = defaultdict(list)
    for shown, members in classes.items():
        alike[shown[:index] + shown[index + 1 :]] += [shown[index]] * len(members)
    column = rules.quasi[index]
    return bool(column.protected) and any(
        reveals_protected_value(column, shown_values) for shown_values in alike.values()
    )
