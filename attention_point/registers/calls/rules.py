"""The week of a bulletin, the stage of a proposal, its matching contribution: plain Python."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

Data = Mapping[str, Any]

PREPARING, PRESENTED, DECIDED = "preparing", "presented", "decided"
CHOSEN = frozenset({"selected", "viable"})
RESULTS = ("approved", "not-approved", "withdrawn")
MOST_PHASES = 3
STAGES = (PREPARING, PRESENTED, "phase-1", "phase-2", "phase-3", DECIDED)
TARGETS = (*STAGES[:-1], *RESULTS)
"""Where a proposal may be moved on the board; its last column has one target a result."""
WEEK = timedelta(days=7)
LONGEST_LINK, USUAL_LINK = timedelta(days=180), timedelta(days=60)
ANSWERS_AN_HOUR = 30


def stage_of(data: Data) -> str:
    """The column of a proposal; the third is for three phases or more."""
    if data.get("result"):
        return DECIDED
    if data.get("state") == PREPARING:
        return PREPARING
    passed = min(data.get("phases_passed", 0), MOST_PHASES)
    return f"phase-{passed}" if passed else PRESENTED


def moved(data: Data, target: str) -> dict[str, Any]:
    """A proposal's facts in another column, those that say otherwise taken back. Raises ValueError for no target."""
    if target not in TARGETS:
        raise ValueError("no column of the board")
    if target in RESULTS:
        return {**data, "result": target}
    facts = {key: value for key, value in data.items() if key != "result"}
    if target in {PREPARING, PRESENTED}:
        facts.pop("phases_passed", None)
        return {**facts, "state": target}
    passed = int(target.rpartition("-")[2])
    if passed == MOST_PHASES:
        passed = max(passed, data.get("phases_passed", 0))
    state = PRESENTED if data.get("state") == PREPARING else data.get("state")
    return {**facts, "state": state, "phases_passed": passed}


def is_presented(data: Data) -> bool:
    """Whether it left the house."""
    return data.get("state") != PREPARING


def is_chosen(data: Data) -> bool:
    """Whether the issuer selected it, found it viable or approved it."""
    approved = data.get("result") == "approved"
    return approved or (data.get("state") in CHOSEN and data.get("result") not in {"not-approved", "withdrawn"})


def matching(data: Data) -> dict[str, Any] | None:
    """What the municipality and its partners add: total less approved co-financing. None while one is not known.

    Around if either amount is.
    """
    total, approved = data.get("total_value"), data.get("cofinancing_approved")
    if not total or not approved or total["currency"] != approved["currency"]:
        return None
    rest = Decimal(total["amount"]) - Decimal(approved["amount"])
    around = {"mark": "approximate"} if total.get("mark") or approved.get("mark") else {}
    return {"amount": f"{rest:f}", "currency": total["currency"], **around}


def hundredths(money: Data) -> int:
    """An amount in hundredths of its currency."""
    return int(Decimal(money["amount"]) * 100)


def week_of(day: date) -> str:
    """The ISO 8601 week of a day: ``2017-W34``."""
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02d}"


def monday_of(week: str) -> date:
    """The first day of an ISO week. Raises ValueError for what is none."""
    return datetime.strptime(f"{week}-1", "%G-W%V-%u").date()  # noqa: DTZ007 - a day has no zone


def frequencies_of(week: str) -> tuple[str, ...]:
    """To whom a week's bulletin goes: in even weeks to those of every fortnight too."""
    return ("week", "fortnight") if int(week[-2:]) % 2 == 0 else ("week",)


def link_ends(day: date, closings: list[date | None]) -> date:
    """The last day of a link: that of the last call to close, or sixty days where a closing is not known."""
    usual = day + USUAL_LINK
    return min(max([each or usual for each in closings], default=usual), day + LONGEST_LINK)
