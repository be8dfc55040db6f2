"""The supervisor's page of referrals that wait beyond their term."""

from collections import Counter

from flask import Blueprint, render_template, request

from attention_point.directory import queries as directory_queries
from attention_point.directory.snapshot import Directory
from attention_point.foundation import clock, journal
from attention_point.foundation.access import requires
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.transactions import read_session
from attention_point.referrals.follow_up.escalations import (
    ESCALATIONS_PERMISSION,
    MAX_ROWS_COUNTED,
    LateReferrals,
    list_late_referrals,
)

blueprint = Blueprint("late_referrals", __name__)
MAX_ROWS_SHOWN = 200


@blueprint.get("/referrals/late")
@requires(ESCALATIONS_PERMISSION)
def list_late() -> str:
    """List the referrals of which an answer or an outcome is overdue, the worst first; confidential ones unnamed.

    ``entity`` narrows the list to one entity's, without the confidential ones: their entity stands on no list.
    """
    session = db_session()
    late = list_late_referrals(session, clock.now())
    counts = Counter(item.referral.entity for item in late.items if not item.is_restricted)
    entity = request.args.get("entity", "")
    items = [item for item in late.items if item.referral.entity == entity and not item.is_restricted]
    fitting = items if entity in counts else late.items
    shown = LateReferrals(fitting[:MAX_ROWS_SHOWN], late.is_cut or len(fitting) > MAX_ROWS_SHOWN)
    referral_ids = [str(late_referral.referral.id) for late_referral in shown.items]
    journal.record(session, current_actor(), "referral.list", "referral", found=referral_ids)
    snapshot = directory_queries.get_directory(session)
    return render_template(
        "referrals/late.html",
        late=shown,
        counts=counts.most_common(),
        entity=entity if entity in counts else "",
        services=snapshot.services,
        entities=snapshot.entities,
        phones=_list_phones(snapshot, shown),
        today=clock.today(),
    )


def _list_phones(snapshot: Directory, late: LateReferrals) -> dict[str, str]:
    """The telephone of each late entity that has one in the directory."""
    phones: dict[str, str] = {}
    for entity in {entry.referral.entity for entry in late.items if not entry.is_restricted}:
        places = snapshot.list_places(entity, None, clock.today())
        if phone := next((place.phone for place in places if place.phone), None):
            phones[entity] = phone
    return phones


@blueprint.app_context_processor
def _offer_late_referrals() -> dict[str, object]:
    """What the supervisor's home shows of late referrals; nothing is read before a page asks for it."""
    return {
        "find_late_referrals": _find_late_referrals,
        "find_directory": lambda: directory_queries.get_directory(read_session()),
    }


def _find_late_referrals() -> LateReferrals | None:
    if not current_actor().may(ESCALATIONS_PERMISSION):
        return None
    return list_late_referrals(read_session(), clock.now(), MAX_ROWS_COUNTED)
