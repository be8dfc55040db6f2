"""Who decides that a period is released: one person, or two where the office's settings ask for it. Never commits.

With two people, the first proposes what she has reviewed, and a second one, never the first, releases exactly that.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.dates import Period
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.doctor import TODAY, Task
from attention_point.foundation.errors import AppError, Conflict, Forbidden
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import ngettext
from attention_point.foundation.settings import Settings
from attention_point.statistics.releases import services
from attention_point.statistics.releases.examination import ExaminedPeriod, examine_period
from attention_point.statistics.releases.models import Release, ReleaseProposal


def find_proposal(session: Session, period: Period) -> ReleaseProposal | None:
    """Return what somebody proposed to release of a period; None where nothing waits for a second person."""
    return session.get(ReleaseProposal, period.code)


def _lock_proposal(session: Session, period: Period) -> ReleaseProposal | None:
    # There may be no row yet, so that it is the period that is locked: what one approves, another must not withdraw or
    # replace meanwhile.
    lock_for_transaction(session, f"release-proposal {period.code}".encode())
    return session.get(ReleaseProposal, period.code, populate_existing=True)


def list_proposed_periods(session: Session) -> frozenset[str]:
    """The codes of the periods that wait for a second person."""
    return frozenset(session.scalars(select(ReleaseProposal.period)))


def list_tasks(session: Session, actor: Actor) -> Iterator[Task]:
    """How many periods somebody else proposed, which wait for a second person."""
    if not actor.may("statistics.release"):
        return
    proposals = session.scalars(select(ReleaseProposal.proposed_by)).all()
    if waiting := sum(proposed_by != actor.journal_label for proposed_by in proposals):
        sentence = ngettext("%(num)s month waits for your approval.", "%(num)s months wait for your approval.", waiting)
        yield Task(TODAY, sentence, "statistics.list_months")


def require_one_person(settings: Settings) -> None:
    """Raise Forbidden where two people must decide, so that nobody releases a period alone."""
    if settings.release_needs_two_people:
        raise Forbidden(_("Two people publish a month here: one proposes it on its page, and another one approves it."))


def propose_release(
    session: Session,
    actor: Actor,
    period: Period,
    fingerprint: str,
    note: str | None = None,
    reader_note: str | None = None,
    despite_damage: bool = False,
    examined: ExaminedPeriod | None = None,
) -> ReleaseProposal:
    """Propose a reviewed period to a second person, in place of an earlier proposal.

    ``fingerprint`` belongs to the content that the person reviewed; the rest is as in ``services.release_period``.
    Raises AppError where the period could not be released now, Conflict where its content has changed, Invalid for a
    wrong note and for damage, and Forbidden for whoever is no person.
    """
    _require_person(actor)
    note, reader_note = services.check_notes(session, period, note, reader_note)
    # What could not be released is not proposed: the second person would find out after she had reviewed it.
    if examined is None:
        examined = examine_period(session, period, despite_damage=despite_damage)
    # Counts change while somebody reviews them: a late answer is enough. What is proposed must be what was reviewed.
    if examined.prepared.fingerprint != fingerprint:
        raise Conflict(services.describe_changed_figures())
    proposal = _lock_proposal(session, period)
    # A new proposal takes the place of an earlier one, so that there is always one thing to approve.
    if proposal is None:
        proposal = ReleaseProposal(period=period.code)
        session.add(proposal)
    proposal.fingerprint, proposal.note, proposal.reader_note = fingerprint, note, reader_note
    proposal.despite_damage, proposal.proposed_at = despite_damage, clock.now()
    proposal.proposed_by = actor.journal_label
    session.flush()
    # Both steps stand in the journal: who proposed and who released are two people for whoever examines it later.
    journal.record(session, actor, "statistics.propose", "month", period.code)
    return proposal


def approve_release(
    session: Session,
    actor: Actor,
    period: Period,
    seal: str,
    examined: ExaminedPeriod | None = None,
) -> Release:
    """Release what somebody else proposed, exactly as it was proposed.

    ``seal`` is that of the proposal that the second person looked at. Raises Conflict where nothing is proposed, or
    something else than she saw, or where the content has changed since; Forbidden for the person who proposed it and
    for whoever is no person; and whatever ``services.release_period`` raises.
    """
    _require_person(actor)
    proposal = _lock_proposal(session, period)
    if proposal is None:
        raise Conflict(_("Nothing is proposed for publication any more. Look at the month again."))
    # The rule itself (decision 47): the interface hides the button, but a request could be written by hand.
    if proposal.proposed_by == actor.journal_label:
        raise Forbidden(_("You proposed this month yourself: a second person must approve it."))
    # The seal has the moment too: the same figures with another note to readers are another proposal.
    if proposal.seal != seal:
        raise Conflict(services.describe_changed_figures())
    release = services.release_period(
        session,
        actor,
        period,
        proposal.note,
        proposal.fingerprint,
        proposal.despite_damage,
        proposal.reader_note,
        examined,
    )
    session.delete(proposal)
    session.flush()
    return release


def withdraw_proposal(session: Session, actor: Actor, period: Period) -> None:
    """Take a proposal back, one's own or somebody else's. Raises AppError where nothing is proposed."""
    proposal = _lock_proposal(session, period)
    if proposal is None:
        raise AppError(_("Nothing is proposed for publication any more. Look at the month again."))
    session.delete(proposal)
    session.flush()
    journal.record(session, actor, "statistics.withdraw", "month", period.code)


def _require_person(actor: Actor) -> None:
    # A program or the installation itself is nobody who could be the second of two.
    if actor.kind != "account":
        raise Forbidden(_("Only a signed-in person may do this."))
