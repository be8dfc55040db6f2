"""The entity's page of data that it may not use any more: of people who were erased or took their consent back."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from attention_point.foundation import journal
from attention_point.foundation.access import requires
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.portal import queries
from attention_point.portal.portal_blueprint import blueprint
from attention_point.referrals.follow_up import recalls


@blueprint.get("/portal/recalls")
@requires("portal.use")
def list_recalls() -> str:
    """List what the entity may not use any more, by the number of the visit, the oldest first."""
    session, actor = db_session(), current_actor()
    entity = queries.require_own_entity(actor)
    listed = recalls.list_recalls(session, entity)
    listed_ids = [str(recall.referral_id) for recall in listed]
    journal.record(session, actor, "referral.recall_list", "entity", entity, found=listed_ids)
    return render_template("portal/recalls.html", recalls=listed)


@blueprint.post("/portal/recalls/<uuid:recall_id>")
@requires("portal.use")
def confirm_recall(recall_id: UUID) -> Response:
    """Note that the entity does not use one person's data any more."""
    recalls.confirm_recall(db_session(), current_actor(), recall_id)
    flash(_("Thank you. It is noted."), "success")
    return redirect(url_for(".list_recalls"), 303)
