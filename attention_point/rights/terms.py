"""The clocks of a request, in working days (Ley 1581 de 2012, arts. 14, 15). The figures stand in ``data/terms.yaml``.

A day on which nobody works does not lengthen a term: whatever day a request came, the first working day after it is
the first that counts, which is never to the disadvantage of who asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from attention_point.dates import is_in_force, last_of_month
from attention_point.foundation.workdays import add_working_days

_DATA_FILE = Path(__file__).with_name("data") / "terms.yaml"
CLAIM, CONSULTATION, INCIDENT = "claim", "consultation", "incident"
LAW_IN_FORCE_SINCE = date(2012, 10, 18)  # Ley 1581 de 2012


@dataclass(frozen=True, slots=True)
class Term:
    """A term in force on a day: its figures in working days, but for ``lapse_months``. None: the rule has none."""

    code: str
    days: int
    extension_days: int
    basis: str
    ask_within_days: int | None = None
    lapse_months: int | None = None
    transfer_within_days: int | None = None
    mark_within_days: int | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """The last days of a request. ``due_on`` is None while what is missing was asked for: the term has not begun.

    ``latest_extension`` is the last day to which the term may be put off, ``lapses_after`` the day after which a claim
    counts as withdrawn.
    """

    due_on: date | None
    latest_extension: date | None
    ask_by: date | None = None
    transfer_by: date | None = None
    mark_by: date | None = None
    lapses_after: date | None = None


@cache
def load_rules() -> Mapping[str, Any]:
    """The content of ``data/terms.yaml``."""
    content: Mapping[str, Any] = yaml.safe_load(_DATA_FILE.read_text(encoding="utf-8"))
    return content


def find_term(code: str, day: date) -> Term:
    """The term of a code on a day; before the law, the first one. Raises LookupError for an unknown code."""
    entries = [entry for entry in load_rules()["terms"] if entry["code"] == code]
    if not entries:
        raise LookupError(code)
    # A request of before the law, or of a year that the file does not know yet, gets a term all the same.
    entry = next((entry for entry in entries if is_in_force(entry["valid_from"], entry["valid_to"], day)), entries[0])
    dated = {"valid_from", "valid_to", "verified"}
    return Term(**{name: value for name, value in entry.items() if name not in dated})


def find_term_of_kind(kind: str, day: date) -> Term:
    """The term of a kind of request on the day on which it came. Raises KeyError for an unknown kind."""
    return find_term(load_rules()["kinds"][kind]["term"], day)


def is_claim(kind: str) -> bool:
    """Whether a kind has the way of a claim, with its mark on the record, and not that of a consultation."""
    return bool(load_rules()["kinds"][kind]["term"] == CLAIM)


def find_clock(
    kind: str,
    received_on: date,
    *,
    asked_on: date | None = None,
    completed_on: date | None = None,
    extended_to: date | None = None,
) -> Clock:
    """The clock of a request that came on a day.

    ``asked_on`` is the day on which what is missing was asked for, ``completed_on`` that on which it came,
    ``extended_to`` the day to which the term was put off.
    """
    term = find_term_of_kind(kind, received_on)
    ask_by = add_working_days(received_on, term.ask_within_days) if term.ask_within_days else None
    transfer_by = add_working_days(received_on, term.transfer_within_days) if term.transfer_within_days else None
    if asked_on is not None and completed_on is None:
        lapses_after = _add_months(asked_on, term.lapse_months) if term.lapse_months else None
        return Clock(None, None, ask_by, transfer_by, None, lapses_after)
    # A claim counts from the day on which it is whole (Ley 1581, art. 15.2); what came whole is so from the receipt.
    begins_on = completed_on or received_on
    first_due = add_working_days(begins_on, term.days)
    mark_by = add_working_days(begins_on, term.mark_within_days) if term.mark_within_days else None
    latest_extension = add_working_days(first_due, term.extension_days)
    return Clock(extended_to or first_due, latest_extension, ask_by, transfer_by, mark_by)


def _add_months(day: date, count: int) -> date:
    # A term of months that begins on a day which the last month lacks ends on that month's last day (Colombian Civil
    # Code, art. 67).
    months = day.year * 12 + day.month - 1 + count
    first = date(months // 12, months % 12 + 1, 1)
    return first.replace(day=min(day.day, last_of_month(first).day))
