"""What a person decides about two people who may be one: merged, kept apart, or undone, each with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import Conflict, Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import PersonKey, VaultError
from attention_point.people import merging, queries
from attention_point.people.duplicates import pairs
from attention_point.people.merging import DIFFERENT_PEOPLE, SAME_PERSON, UNDECIDED, PairDecision
from attention_point.people.models import PossibleDuplicate

DAYS_ASIDE = 30  # by then most people have come again, and can be asked
TIMES_ASIDE = 2  # by an agent: more would hide a pair for ever from who leads the point
SET_ASIDE = "set-aside"
"""Stands among the decisions about a pair where a finding would: that nobody could say it yet."""
ASIDE_PERMISSION = "people.compare_any"
FINDINGS: Mapping[str, tuple[str, str]] = {
    "one-person-said-so": (SAME_PERSON, N_("The same person: they say so themselves")),
    "one-person-by-papers": (SAME_PERSON, N_("The same person: the papers show it")),
    "two-people-by-papers": (DIFFERENT_PEOPLE, N_("Different people: the papers show it")),
    "relatives-share-papers": (DIFFERENT_PEOPLE, N_("Different people: relatives who share a paper")),
    "number-mistyped": (DIFFERENT_PEOPLE, N_("Different people: a number was written wrongly")),
    "two-people-said-so": (DIFFERENT_PEOPLE, N_("Different people: they say so themselves")),
}
"""What an agent found out: the decision that follows from it, and its words. No free text: it would name people."""

UNDO_REASONS: Mapping[str, str] = {
    "decided-by-mistake": N_("It was decided by mistake"),
    "papers-show-otherwise": N_("The papers show otherwise"),
    "person-says-otherwise": N_("The person says otherwise"),
}
"""Why a decision is undone, and the words for it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an agent decides about a pair: a code of ``FINDINGS``; of one person, the record that goes on."""

    finding: str
    kept: UUID | None = None


def list_decisions(session: Session, pair: pairs.PossiblePair) -> tuple[PairDecision, ...]:
    """What was done with a pair, the oldest first. What does not open is noted in the session and left out."""
    return list_histories(session, [pair])[0]


def list_histories(session: Session, chosen_pairs: Sequence[pairs.PossiblePair]) -> list[tuple[PairDecision, ...]]:
    """What was done with each of some pairs, in their order, as ``list_decisions`` tells it of one."""
    keys = queries.open_person_keys(session, {pair.person for pair in chosen_pairs if pair.sealed})
    return [_open_history(session, keys.get(pair.person), pair) for pair in chosen_pairs]


def _open_history(session: Session, key: PersonKey | None, pair: pairs.PossiblePair) -> tuple[PairDecision, ...]:
    if key is None or pair.sealed is None:
        return ()
    try:
        return merging.open_decisions(key, pair.other, pair.version, pair.sealed)
    except VaultError as error:
        note_damage(session, error)
        return ()


def decide_pair(session: Session, actor: Actor, later_person: UUID, earlier_person: UUID, judgement: Judgement) -> str:
    """Save what an agent found out, and return the decision. People who are one are linked; no record changes.

    Raises NotFound for a pair that does not exist, Invalid for an unknown code or a record that is neither of the two,
    Conflict for a pair that is decided, and for two records that are linked through a third one.
    """
    pair = _lock_pair(session, later_person, earlier_person)
    if judgement.finding not in FINDINGS:
        raise Invalid.of_field("found_out", _("Choose what you found out."))
    decision, _words = FINDINGS[judgement.finding]
    if decision == SAME_PERSON and judgement.kept not in {later_person, earlier_person}:
        raise Invalid.of_field("kept", _("Choose the record that goes on."))
    if pair.is_decided:
        raise Conflict(_("Somebody has decided about these two people already."))
    # One more link would change nothing today, and would still join the two when they are separated from the third.
    if earlier_person in merging.list_linked(session, later_person):
        raise Conflict(_("These two records are joined through a third one. Separate them there first."))
    kept = None
    if decision == SAME_PERSON and judgement.kept is not None:
        kept = merging.list_linked(session, judgement.kept)[0]  # of several records, the one that goes on already
    new_decision = PairDecision(decision, judgement.finding, actor.journal_label, clock.now(), kept)
    _save_decision(session, actor, pair, new_decision)
    return decision


def set_pair_aside(session: Session, actor: Actor, later_person: UUID, earlier_person: UUID) -> date:
    """Set a pair aside that cannot be decided today; returns the day on which it is shown again.

    Raises NotFound for a pair that does not exist, Conflict for one that is decided, and where this actor may set it
    aside no more.
    """
    pair = _lock_pair(session, later_person, earlier_person)
    if pair.is_decided:
        raise Conflict(_("Somebody has decided about these two people already."))
    if not may_set_aside(actor, list_decisions(session, pair)):
        raise Conflict(_("It was set aside twice. Decide now, or ask the supervisor."))
    day = clock.today() + timedelta(days=DAYS_ASIDE)
    _save_decision(session, actor, pair, PairDecision(UNDECIDED, SET_ASIDE, actor.journal_label, clock.now()), day)
    return day


def count_times_aside(history: Sequence[PairDecision]) -> int:
    """How many times in a row a pair was set aside since somebody decided about it last, or undid that."""
    return sum(1 for _entry in takewhile(lambda decision: decision.finding == SET_ASIDE, reversed(history)))


def may_set_aside(actor: Actor, history: Sequence[PairDecision]) -> bool:
    """Whether an actor may set a pair with this history aside once more."""
    return actor.may(ASIDE_PERMISSION) or count_times_aside(history) < TIMES_ASIDE


def undo_decision(session: Session, actor: Actor, later_person: UUID, earlier_person: UUID, reason: str) -> None:
    """Undo the decision about a pair, with a code of ``UNDO_REASONS``: it waits again among those to compare.

    Raises NotFound for a pair that does not exist, Invalid for an unknown reason, Conflict for a pair that nobody has
    decided.
    """
    pair = _lock_pair(session, later_person, earlier_person)
    if reason not in UNDO_REASONS:
        raise Invalid.of_field("undo_reason", _("Choose why the decision is undone."))
    if not pair.is_decided:
        raise Conflict(_("Nobody has decided about these two people."))
    _save_decision(session, actor, pair, PairDecision(UNDECIDED, reason, actor.journal_label, clock.now()))


def _lock_pair(session: Session, later_person: UUID, earlier_person: UUID) -> pairs.PossiblePair:
    pairs.get_pair(session, later_person, earlier_person)
    # The pair is read again under the lock: a colleague may have decided while this one waited.
    lock_for_transaction(session, later_person, earlier_person)
    return pairs.get_pair(session, later_person, earlier_person)


def _save_decision(
    session: Session, actor: Actor, pair: pairs.PossiblePair, decision: PairDecision, aside_until: date | None = None
) -> None:
    key = queries.open_person_keys(session, [pair.person])[pair.person]
    if key is None:
        raise Conflict(_("One of these records does not open. Tell the administrator."))
    version = pair.version + 1
    # With all that were made before: whoever undoes one, or reads of it later, sees how it came about.
    sealed = merging.seal_decisions(key, pair.other, version, (*list_decisions(session, pair), decision))
    session.execute(
        update(PossibleDuplicate)
        .where(PossibleDuplicate.person_id == pair.person, PossibleDuplicate.other_id == pair.other)
        .values(sealed=sealed, version=version, is_decided=decision.decision != UNDECIDED, set_aside_until=aside_until)
    )
    # What was decided stands sealed with the pair: in the journal it would tell who are relatives with one document.
    # That nobody decided stands in clear beside the pair anyway.
    action = "person.compare-later" if aside_until else "person.compare"
    journal.record(session, actor, action, "person", pair.person, other=str(pair.other))
