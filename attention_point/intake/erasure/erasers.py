"""Empties what intake, referrals and the waiting room keep of people who are erased."""

import json
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.erasers import Eraser
from attention_point.foundation.errors import VaultError
from attention_point.foundation.language import N_
from attention_point.foundation.vault import get_vault
from attention_point.intake import form_drafts
from attention_point.intake.erasure import kept_counts
from attention_point.intake.erasure.entity_recalls import recall_erased
from attention_point.intake.models import FormDraft, Visit, VisitAddition
from attention_point.referrals import queries as referral_queries
from attention_point.referrals import rules
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.follow_up import corrections
from attention_point.referrals.models import Referral
from attention_point.tallies import services as tally_services
from attention_point.tallies.counted_cells import CellKey
from attention_point.turns import details as turn_details
from attention_point.turns.models import Turn

# The entity is told that a referral was withdrawn; this reason is gone with the referral's record.
_PERSON_ERASED = N_("The person's data were erased.")
_EMPTY_VISIT = (
    update(Visit)
    .where(Visit.id == bindparam("row"))
    .values(
        sealed=None,
        family_tag=None,
        fingerprint=bindparam("new_fingerprint"),
        code=bindparam("new_code"),
        version=Visit.version + 1,
        changed_at=bindparam("new_time"),
    )
)
_EMPTY_REFERRAL = (
    update(Referral)
    .where(Referral.id == bindparam("row"))
    .values(
        sealed=None,
        entity_tag=bindparam("new_tag"),
        state=bindparam("new_state"),
        state_at=bindparam("new_time"),
        version=Referral.version + 1,
    )
)


def erase_visits(session: Session, person_ids: Sequence[UUID]) -> int:
    """Empty the visits of people. What they count is kept; open referrals are withdrawn, and their entities told."""
    # The open referrals first, so that what is kept counts them in the state in which they stay.
    moved_cells = _withdraw_referrals(session, person_ids)
    kept_counts.keep_cells(session, kept_counts.count_people(session, person_ids))
    visit_ids = session.scalars(select(Visit.id).where(Visit.person_id.in_(person_ids))).all()
    now = clock.now()
    for visit_id in visit_ids:
        # The slip's code leads nowhere any more; no slip can carry such a one. The reference stays: the files of a year
        # are numbered without gaps.
        new_values = {"new_fingerprint": secrets.token_bytes(32), "new_code": secrets.token_hex(10), "new_time": now}
        session.execute(_EMPTY_VISIT, {"row": visit_id, **new_values})
    session.execute(update(VisitAddition).where(VisitAddition.person_id.in_(person_ids)).values(sealed=None))
    tally_services.add_to_tallies(session, moved_cells)
    return len(visit_ids)


def _withdraw_referrals(session: Session, person_ids: Sequence[UUID]) -> Counter[CellKey]:
    """Withdraw what waits at an entity: nobody will come. Returns the change of the counts."""
    referral_ids = session.scalars(select(Referral.id).where(Referral.person_id.in_(person_ids))).all()
    cells: Counter[CellKey] = Counter()
    # Locked, those that are over too: an entity that answers at this moment would move the counts a second time.
    for referral in referral_queries.lock_referrals(session, referral_ids):
        if isinstance(referral, DecryptedReferral) and referral.state in rules.OPEN_STATES:
            cells.update(corrections.withdraw_referral(session, SYSTEM, referral, _PERSON_ERASED, is_month_open=False))
    return cells


def erase_referrals(session: Session, person_ids: Sequence[UUID]) -> int:
    """Empty the referrals of people. A tag of no entity stands in place of their entity's."""
    rows = session.execute(select(Referral.id, Referral.state).where(Referral.person_id.in_(person_ids))).all()
    now = clock.now()
    for row in rows:
        # One that did not open could not be withdrawn by its record.
        new_state = "withdrawn" if row.state in rules.OPEN_STATES else row.state
        # At random, for one tag in place of all would tell which rows of a day are those of the erased.
        new_values = {"new_tag": secrets.randbits(64) - 2**63, "new_state": new_state, "new_time": now}
        session.execute(_EMPTY_REFERRAL, {"row": row.id, **new_values})
    return len(rows)


def erase_drafts(session: Session, person_ids: Sequence[UUID]) -> int:
    """Delete the unfinished forms, searches and corrections that name people by their id or that of a visit."""
    visit_ids = session.scalars(select(Visit.id).where(Visit.person_id.in_(person_ids))).all()
    # Which people a draft names is sealed with it, so that all of them are opened: they are few, and live for a day.
    names = {str(row_id) for row_id in (*person_ids, *visit_ids)}
    named_ids = [row.id for row in session.execute(select(FormDraft)).scalars() if _names_one(session, row, names)]
    session.execute(delete(FormDraft).where(FormDraft.id.in_(named_ids)))
    return len(named_ids)


def _names_one(session: Session, draft: FormDraft, names: Collection[str]) -> bool:
    try:
        content = json.loads(get_vault(session).open(form_drafts.SEALING_PURPOSE, draft.id, draft.sealed))
    except VaultError:  # nobody can read it, and it goes within a day
        return False
    return str(draft.id) in names or any(name in value for _field, value in content["fields"] for name in names)


def erase_turns(session: Session, person_ids: Sequence[UUID]) -> int:
    """Destroy what was said at the kiosk for turns of people who are waiting with the slip of an erased visit."""
    visits = session.execute(select(Visit.code, Visit.reference).where(Visit.person_id.in_(person_ids))).all()
    slip_codes = {code for row in visits for code in row}
    named_ids = [turn_id for turn_id, slip_code in _list_slip_codes(session) if slip_code in slip_codes]
    for turn_id in named_ids:
        # Emptied and not deleted: the person still sits there and waits to be called.
        sealed = turn_details.seal_details(session, turn_id, turn_details.TurnDetails())
        session.execute(update(Turn).where(Turn.id == turn_id).values(sealed=sealed))
    return len(named_ids)


def _list_slip_codes(session: Session) -> Iterator[tuple[UUID, str | None]]:
    rows: Iterable[Any] = session.execute(select(Turn.id, Turn.sealed).where(Turn.sealed.is_not(None))).all()
    for row in rows:
        try:
            yield row.id, turn_details.open_details(session, row.id, row.sealed).slip_code
        except VaultError:  # its content ends with the turn
            continue


# In this order: the turns and the drafts are known by the visits' codes, and the counts read visits and referrals.
ERASERS = (
    Eraser("turns", erase_turns),
    Eraser("unfinished-forms", erase_drafts),
    Eraser("visits", erase_visits),
    Eraser("referrals", erase_referrals, recall=recall_erased),
)
