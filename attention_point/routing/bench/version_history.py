"""The history of rule sets: each gets a number when it comes into force, and says what differs from the one before."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory.queries import forget_directory, get_directory
from attention_point.foundation import clock
from attention_point.routing.bench.models import RuleSetEntry
from attention_point.routing.queries import get_offer_index
from attention_point.routing.versions import PROGRAM_PART, combine_parts, list_rule_set_parts


class RuleSetVersion(NamedTuple):
    """A rule set by its number, with the moment at which it came into force, and what it changed.

    ``added``, ``changed`` and ``removed`` are codes of services; ``has_other_program``: so did the program's rules.
    """

    number: int
    digest: str
    in_force_from: datetime
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    has_other_program: bool = False


def note_rule_set(session: Session) -> None:
    """Give the rule set in force a number, if it has none yet. It runs before a changed directory is committed."""
    forget_directory(session)  # whoever changed it may have read it half-way
    parts = list_rule_set_parts(get_directory(session))
    digest = combine_parts(parts)
    newest = session.scalars(select(RuleSetEntry).order_by(RuleSetEntry.number.desc()).limit(1)).first()
    if newest is None or newest.digest != digest:
        number = newest.number + 1 if newest else 1
        session.add(RuleSetEntry(number=number, digest=digest, in_force_from=clock.now(), parts=parts))


def find_version(session: Session, digest: str, moment: datetime | None = None) -> RuleSetVersion | None:
    """The version of a digest, at a moment the one that was in force then; None for a digest that was never noted."""
    query = select(RuleSetEntry).where(RuleSetEntry.digest == digest).order_by(RuleSetEntry.number.desc())
    entries = list(session.scalars(query))
    earlier_entries = [entry for entry in entries if moment is None or entry.in_force_from <= moment]
    entry = next(iter([*earlier_entries, *entries]), None)
    return None if entry is None else RuleSetVersion(entry.number, entry.digest, entry.in_force_from)


def find_current_version(session: Session) -> RuleSetVersion | None:
    """The version in force; None until it was noted."""
    return find_version(session, get_offer_index(session).rule_set)


def list_versions(session: Session) -> list[RuleSetVersion]:
    """Every version, the newest first, each with what differs from the one before it."""
    versions: list[RuleSetVersion] = []
    earlier_parts: Mapping[str, str] = {}
    for entry in session.scalars(select(RuleSetEntry).order_by(RuleSetEntry.number)):
        # The first has nothing before it: that each of its services is new would tell nothing.
        versions.append(_compare_parts(entry, earlier_parts if versions else entry.parts))
        earlier_parts = entry.parts
    return versions[::-1]


def _compare_parts(entry: RuleSetEntry, earlier_parts: Mapping[str, str]) -> RuleSetVersion:
    parts = entry.parts
    changed = sorted(code for code in parts.keys() & earlier_parts.keys() if parts[code] != earlier_parts[code])
    return RuleSetVersion(
        number=entry.number,
        digest=entry.digest,
        in_force_from=entry.in_force_from,
        added=tuple(sorted(parts.keys() - earlier_parts.keys())),
        changed=tuple(code for code in changed if code != PROGRAM_PART),
        removed=tuple(sorted(earlier_parts.keys() - parts.keys())),
        has_other_program=PROGRAM_PART in changed,
    )
