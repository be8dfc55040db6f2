"""What a granted request changes: referrals are recalled and the entities told, a revocation is stored, data erased."""

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory.privacy.privacy_notice import ASKED_PURPOSES, GENERAL_REFERRAL
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.intake import queries as intake_queries
from attention_point.intake.erasure.entity_recalls import list_referrals_of_people, recall_referrals
from attention_point.people import merging
from attention_point.people.claim_marks import revocations, stored_marks
from attention_point.people.erasure.services import erase_person
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.follow_up import corrections as referral_corrections
from attention_point.referrals.follow_up import recalls
from attention_point.referrals.models import Referral
from attention_point.referrals.rules import OPEN_STATES
from attention_point.rights.requests.stored_requests import StoredRequest
from attention_point.tallies import services as tally_services
from attention_point.tallies.counted_cells import CellKey

EVERYTHING = "*"
ALL_PURPOSES = (*ASKED_PURPOSES, GENERAL_REFERRAL)


def carry_out(session: Session, actor: Actor, request: StoredRequest) -> dict[str, int]:
    """Do what a granted request asks, but for erasing, and return what was done by name, for the answer."""
    # What else is granted is done by people: a record is corrected on its own page, an export is handed over.
    if request.kind != "revocation" or request.person is None:
        return {}
    # Nobody forwards a referral of theirs meanwhile.
    merging.lock_linked(session, [request.person])
    people = merging.list_linked(session, request.person)
    purposes = spell_out_purposes(request.note["purposes"])
    # First what stops later use: whatever becomes of the referrals, nobody relies on the old yes from here on.
    revocations.store_revocation(session, request.id, request.person, purposes, clock.today())
    referrals = [referral for referral in list_open_referrals(session, people) if _is_taken_back(referral, purposes)]
    # What protects a child never stood on consent (Ley 1098 de 2006; Ley 1581 de 2012, art. 7): it stays.
    recalled = [referral for referral in referrals if not referral.mandatory]
    # The entities of what was answered long ago as well: they may still have it in their files.
    ended = [
        referral
        for referral in list_referrals_of_people(session, people)
        if _is_taken_back(referral, purposes) and not referral.mandatory
    ]
    recall_referrals(session, ended, recalls.REVOKED)
    _withdraw_referrals(session, actor, recalled)
    return {"recalled": len(recalled), "kept": len(referrals) - len(recalled)}


def _withdraw_referrals(session: Session, actor: Actor, referrals: Collection[DecryptedReferral]) -> None:
    cells: Counter[CellKey] = Counter()
    for referral in referrals:
        # It counts as withdrawn also in an open month: it was made, and the entity had it.
        cells.update(
            referral_corrections.withdraw_referral(
                session, actor, referral, referral_corrections.CONSENT_REVOKED, is_month_open=False
            )
        )
    tally_services.add_to_tallies(session, cells)


def list_returned_referrals(session: Session) -> list[DecryptedReferral]:
    """The open referrals that stood on a consent which was taken back, the oldest first.

    A revocation withdraws them, so that there are some only in a database that was restored from a copy of before. They
    are not withdrawn at once: the entity may have answered since, and knows more than the copy.
    """
    people = {person for person, _mark in stored_marks.list_marked_people(session, revocations.KIND)}
    everybody = people.union(*merging.map_linked(session, people).values())
    query = select(Referral.id).where(Referral.person_id.in_(everybody), Referral.state.in_(OPEN_STATES))
    ids = session.scalars(query).all()
    taken_back = revocations.map_revocations(session, everybody) if ids else {}
    return [
        referral
        for referral in sorted(referral_queries.list_referrals_by_ids(session, ids), key=lambda entry: entry.id)
        if isinstance(referral, DecryptedReferral) and not referral.mandatory
        if revocations.is_revoked(taken_back.get(referral.person_id, ()), f"referral:{referral.entity}", referral.day)
    ]


def withdraw_returned_referrals(session: Session, actor: Actor) -> int:
    """Withdraw them all, and ask their entities again to stop using the data. Returns how many there were."""
    returned = list_returned_referrals(session)
    merging.lock_linked(session, {referral.person_id for referral in returned})
    # Read again under the lock: an entity may have answered one meanwhile.
    locked = referral_queries.lock_referrals(session, [referral.id for referral in returned])
    still_open = [entry for entry in locked if isinstance(entry, DecryptedReferral) and entry.state in OPEN_STATES]
    recall_referrals(session, still_open, recalls.REVOKED)
    _withdraw_referrals(session, actor, still_open)
    return len(still_open)


def erase_person_of_request(session: Session, actor: Actor, request: StoredRequest) -> None:
    """Erase the person of a granted request for good. The counts and the minimal note stay."""
    if request.person is not None:
        # The minimal note of the file says on what ground it ended, and by which request (Ley 594 de 2000).
        ground = "revocation" if request.kind == "revocation" else "claim"
        erase_person(session, actor, request.person, ground, request.reference)


def spell_out_purposes(purposes: Sequence[str]) -> tuple[str, ...]:
    """The purposes that are taken back, where ``*`` stands for all that are ever asked."""
    return ALL_PURPOSES if EVERYTHING in purposes else tuple(purposes)


def list_open_referrals(session: Session, people: Collection[UUID]) -> list[DecryptedReferral]:
    """The open referrals of some people, which nobody else writes until the transaction ends."""
    # In the order of their ids: of two decisions at once neither waits for referrals that the other one holds.
    visits = sorted(visit.id for person in people for visit in intake_queries.list_visits_of_person(session, person))
    return [
        referral
        for visit in visits
        for referral in referral_queries.list_decrypted_of_visit(session, visit, lock=True)
        if referral.state in OPEN_STATES
    ]


def _is_taken_back(referral: DecryptedReferral, purposes: Collection[str]) -> bool:
    return GENERAL_REFERRAL in purposes or f"referral:{referral.entity}" in purposes
