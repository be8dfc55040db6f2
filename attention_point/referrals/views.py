"""The desk's pages of referrals: the open ones, and one with its history."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory
from attention_point.foundation import journal
from attention_point.foundation.access import requires
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Invalid
from attention_point.foundation.web import actor, db
from attention_point.foundation.web.listing import SIZE, Page
from attention_point.foundation.web.transactions import reader
from attention_point.referrals import queries, rules, services, words
from attention_point.referrals.forms import AnswerForm, prepare

blueprint = Blueprint("referrals", __name__)


@blueprint.get("/referrals")
@requires("referrals.view")
def listing() -> str:
    """The point's open referrals, newest first, without the restricted ones."""
    before = request.args.get("before", type=UUID)
    points = directory.points(db())
    found = queries.at_point(db(), points[0].code, rules.OPEN, before, SIZE) if points else queries.Batch([], None)
    page = Page(
        found.items,
        url_for(".listing", before=found.before) if found.before else None,
        url_for(".listing") if before else None,
    )
    known = directory.directory(db())
    return render_template(
        "referrals/listing.html",
        page=page,
        services=known.services,
        entities=known.entities,
        days_waiting=words.days_waiting,
    )


@blueprint.get("/referrals/<uuid:referral>")
@requires("referrals.view")
def show(referral: UUID) -> str:
    """One referral: where to, why, what was answered, and the desk's own step."""
    return _page(db(), referral, AnswerForm(formdata=None))


@blueprint.post("/referrals/<uuid:referral>/answer")
@requires("referrals.manage")
def answer(referral: UUID) -> Response | tuple[str, int]:
    """Close or withdraw it."""
    form = AnswerForm()
    if request.form.get("_resumed"):
        return _page(reader(), referral, form, resumed=True), 200
    try:
        services.answer_for_desk(db(), actor(), referral, form.answer())
    except Invalid as refusal:
        form.show(refusal.fields)
        return _page(reader(), referral, form), 422
    flash(_("The referral is up to date."), "success")
    return redirect(url_for(".show", referral=referral), 303)


def _page(session: Session, referral: UUID, form: AnswerForm, *, resumed: bool = False) -> str:
    found = services.visible(actor(), queries.one(session, referral))
    journal.record(session, actor(), "referral.view", "referral", referral)
    known = directory.directory(session)
    return render_template(
        "referrals/show.html",
        found=found,
        service=known.services.get(found.service),
        entity=known.entities.get(found.entity),
        reason=words.reason(found),
        history=words.history(found),
        form=prepare(form, found, rules.DESK),
        resumed=resumed,
        may_answer=actor().may("referrals.manage"),
    )
