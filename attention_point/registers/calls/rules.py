"""The week of a bulletin, the stage of a proposal, its matching contribution: plain Python."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

Data = Mapping[str, Any]

PREPARING, PRESENTED, DECIDED = "preparing", "presented", "decided"
# The success rate of the office counts a viable proposal, although its money may be gone.
CHOSEN_STATES = frozenset({"selected", "viable"})
RESULTS = ("approved", "not-approved", "withdrawn")
MAX_PHASES = 3
STAGES = (PREPARING, PRESENTED, "phase-1", "phase-2", "phase-3", DECIDED)
MOVE_TARGETS = (*STAGES[:-1], *RESULTS)
"""Where a proposal can be moved on the board; the last column has one target for each result."""
WEEK = timedelta(days=7)
# A link that lives long can be found in old mail; some calls close after half a year and more.
MAX_LINK_DURATION, USUAL_LINK_DURATION = timedelta(days=180), timedelta(days=60)
MAX_ANSWERS_PER_HOUR = 30
"""Answers by one link: enough for every call of a bulletin, too few to fill the database with a stolen link."""


def determine_stage(data: Data) -> str:
    """Determine the column of a proposal on the board. The column of phase 3 also has those that passed more phases."""
    if data.get("result"):
        return DECIDED
    if data.get("state") == PREPARING:
        return PREPARING
    # Some calls have more phases than the board has columns.
    phases_passed = min(data.get("phases_passed", 0), MAX_PHASES)
    return f"phase-{phases_passed}" if phases_passed else PRESENTED


def build_moved_facts(data: Data, target: str) -> dict[str, Any]:
    """Build the facts of a proposal that is moved to another column, without those that contradict it.

    Raises ValueError for an unknown target.
    """
    if target not in MOVE_TARGETS:
        raise ValueError("no column of the board")
    if target in RESULTS:
        return {**data, "result": target}
    facts = {key: value for key, value in data.items() if key != "result"}
    if target in {PREPARING, PRESENTED}:
        facts.pop("phases_passed", None)
        return {**facts, "state": target}
    phases_passed = int(target.rpartition("-")[2])  # "phase-2"
    if phases_passed == MAX_PHASES:  # whoever passed more phases stays in this column
        phases_passed = max(phases_passed, data.get("phases_passed", 0))
    state = PRESENTED if data.get("state") == PREPARING else data.get("state")
    return {**facts, "state": state, "phases_passed": phases_passed}


def is_presented(data: Data) -> bool:
    """Whether the proposal was presented to the issuer of the call."""
    return data.get("state") != PREPARING


def is_chosen(data: Data) -> bool:
    """Whether the issuer selected the proposal, found it viable or approved it."""
    approved = data.get("result") == "approved"
    return approved or (data.get("state") in CHOSEN_STATES and data.get("result") not in {"not-approved", "withdrawn"})


def compute_matching_contribution(data: Data) -> dict[str, Any] | None:
    """Compute what the municipality and its partners pay: the total less the approved co-financing.

    None while one of the two is not known. If either is qualified, the difference is approximate.
    """
    total, approved = data.get("total_value"), data.get("cofinancing_approved")
    if not total or not approved or total["currency"] != approved["currency"]:
        return None
    difference = Decimal(total["amount"]) - Decimal(approved["amount"])
    # At least 100 less at least 40 has no limit on either side.
    qualifier = {"mark": "approximate"} if total.get("mark") or approved.get("mark") else {}
    return {"amount": f"{difference:f}", "currency": total["currency"], **qualifier}


def convert_to_hundredths(money: Data) -> int:
    """Convert an amount to hundredths of its currency."""
    return int(Decimal(money["amount"]) * 100)


def format_week(day: date) -> str:
    """Format the ISO 8601 week of a day: ``2017-W34``."""
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02d}"


def parse_monday(week: str) -> date:
    """Parse an ISO 8601 week into its Monday. Raises ValueError."""
    return datetime.strptime(f"{week}-1", "%G-W%V-%u").date()  # noqa: DTZ007 - a day has no zone


def list_frequencies(week: str) -> tuple[str, ...]:
    """List the frequencies that a week's bulletin serves: in even weeks also every fortnight."""
    # Even ISO weeks: between the last of a year with 53 weeks and the next one lie three weeks.
    return ("week", "fortnight") if int(week[-2:]) % 2 == 0 else ("week",)


def compute_link_end(day: date, closings: list[date | None]) -> date:
    """Compute the last day of a link: when its last call closes, or 60 days if one has no day; at most 180 days."""
    usual_end = day + USUAL_LINK_DURATION
    return min(max([closing_day or usual_end for closing_day in closings], default=usual_end), day + MAX_LINK_DURATION)
