"""What the headline totals of a quarter's or a year's parts tell beside its own: which may not be exact, and why."""

from collections.abc import Iterable
from itertools import chain, product

from sqlalchemy.orm import Session

from attention_point.dates import Period, find_period
from attention_point.statistics.protection.totals import COMPARED_TOTALS, EXACT_FROM, FIRST_TIME
from attention_point.statistics.releases.content import ReleaseContent
from attention_point.statistics.releases.related_releases import (
    is_unrecorded,
    list_earlier_versions,
    list_months,
    load_current,
)
from attention_point.tallies.rules import BASE

_ADDITIVE_TOTALS = ("attentions", "referrals", "answers", FIRST_TIME)


def list_bound_units(session: Session, period: Period) -> frozenset[str]:
    """List the totals of a quarter or year that must not be exact, because they would tell that of a single month.

    A month's total follows by subtraction where it alone is rounded, or not released.
    """
    bound: set[str] = set()
    for month in list_months(period) if period.kind != "month" else ():
        content = load_current(session, month)
        if content is not None:
            versions = list_earlier_versions(session, month)
            bound.update(unit for unit in _ADDITIVE_TOTALS if _may_be_rounded(unit, content, versions))
        elif not is_unrecorded(session, month):
            bound.update(_ADDITIVE_TOTALS)
    return frozenset(bound)


def _may_be_rounded(unit: str, content: ReleaseContent, versions: Iterable[ReleaseContent]) -> bool:
    """Whether a published total may be rounded: it is small, or near one that it would tell of a few beside."""
    total = content.totals.get(unit) or 0
    if total < EXACT_FROM or total % BASE:
        return total < EXACT_FROM
    near = [content.totals.get(greater) for smaller, greater in COMPARED_TOTALS if smaller == unit]
    near += [version.totals.get(unit) for version in versions if version.version != content.version]
    return any(other is not None and abs(total - other) < 2 * BASE for other in near)


def list_people_beside(session: Session, period: Period) -> list[int]:
    """List totals of the parts of a quarter or year beside which its people, if exact, would tell of a few.

    Who came in no other part than one, who came in several, and who had come before: the first-time people of the
    months add up to those of the period.
    """
    if period.kind == "month":
        return []
    quarters = list(dict.fromkeys(find_period("quarter", month) for month in period.months))
    choices = [[list_months(part)] if part == period else [[part], list_months(part)] for part in quarters]
    contents: dict[Period, ReleaseContent | None] = {}
    for part in chain.from_iterable(chain.from_iterable(choices)):
        contents[part] = load_current(session, part)
    published = {part: 0 for part, content in contents.items() if content is None and is_unrecorded(session, part)}
    people = {**published, **_list_totals(contents, "people")}
    first_time = {**published, **_list_totals(contents, FIRST_TIME)}
    sums = [
        sum(people[part] for part in chosen)
        for chosen in map(list, map(chain.from_iterable, product(*choices)))
        if all(part in people for part in chosen)
    ]
    if all(month in first_time for month in list_months(period)):
        sums.append(sum(first_time[month] for month in list_months(period)))
    return [*people.values(), *sums]


def _list_totals(contents: dict[Period, ReleaseContent | None], unit: str) -> dict[Period, int]:
    return {
        part: total
        for part, content in contents.items()
        if content is not None and (total := content.totals.get(unit)) is not None
    }
