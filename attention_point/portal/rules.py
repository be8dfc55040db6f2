"""What an entity may see of a person: the fields that the referral's service declares, and of those the least."""

from collections.abc import Iterable, Mapping
from typing import Any

OF_VISIT = frozenset({"household", "vulnerabilities", "notes"})
"""Declared fields that stand in the visit; all others are the person's."""

SENSITIVE = frozenset({"gender_violence", "trafficking"})


def declared(fields: Iterable[str], *, restricted: bool) -> frozenset[str]:
    """The fields shown of one referral. Notes may tell of violence, so an ordinary referral shows none (DOMAIN M2)."""
    return frozenset(fields) - (frozenset() if restricted else {"notes"})


def of_visit(said: Mapping[str, Any], fields: frozenset[str], *, restricted: bool) -> dict[str, Any]:
    """The visit's own part of the declared fields; violence and trafficking stay with restricted referrals."""
    shown = {name: said[name] for name in sorted(fields & OF_VISIT) if said.get(name)}
    if not restricted and "vulnerabilities" in shown:
        shown["vulnerabilities"] = [each for each in shown["vulnerabilities"] if each not in SENSITIVE]
    return {name: value for name, value in shown.items() if value}
