"""The list from which an entity works: find somebody, filter, answer one or several, take back, take out, print."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import ngettext
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.pagination import PAGE_SIZE, Page
from attention_point.foundation.web.security.response_headers import allow_camera
from attention_point.portal import queries, services
from attention_point.portal.inbox import chips
from attention_point.portal.inbox.forms import (
    ChosenAnswerForm,
    pack_chosen,
    read_chosen,
    unpack_chosen,
)
from attention_point.portal.inbox.list_values import build_list_values, build_rows, can_take_back, name_endpoint
from attention_point.portal.inbox.order import listing
from attention_point.portal.inbox.order.filters import InboxFilter, read_filter
from attention_point.portal.portal_blueprint import blueprint
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.follow_up.recalls import list_recalls

# A page that is opened again later no longer offers to undo; each referral's own page does, for a day.
_UNDO_SHOWN = timedelta(minutes=2)


@blueprint.get("/portal")
@requires("portal.use")
def show_inbox() -> str:
    """List the entity's ordinary referrals: what is open urgent and oldest first, what is answered newest first."""
    return _render_inbox(restricted=False)


@blueprint.get("/portal/restricted")
@requires("portal.use")
def show_restricted_inbox() -> str:
    """List the restricted referrals. The page is opened on purpose, and the journal keeps each opening."""
    # What somebody answers a moment later would be known as restricted: the database has the moment.
    g.logged_route = url_for(".show_inbox")
    return _render_inbox(restricted=True)


def _render_inbox(*, restricted: bool) -> str:
    session, actor = db_session(), current_actor()
    entity = queries.require_own_entity(actor)
    allow_camera()
    endpoint = name_endpoint(restricted=restricted)
    inbox_filter = read_filter(request.args, restricted=restricted)
    after = _read_after(request.args.get("after", ""))
    index = listing.open_index(session, entity)
    inbox_page = listing.list_page(session, entity, index, inbox_filter, after, PAGE_SIZE)
    disclosures = queries.disclose_listed(session, inbox_page.referrals)
    queries.record_list(session, actor, disclosures)
    arguments = inbox_filter.arguments
    next_after = _format_after(inbox_page.next_after)
    page = Page(
        build_rows(session, disclosures),
        url_for(endpoint, **arguments, after=next_after) if next_after else None,
        url_for(endpoint, **arguments) if after is not None else None,
    )
    service_codes = index.entries.list_services(restricted=restricted)
    directory_services = directory_queries.get_services_by_code(session)
    return render_template(
        "portal/restricted.html" if restricted else "portal/inbox.html",
        page=page,
        inbox_page=inbox_page,
        tabs=chips.build_tabs(endpoint, inbox_filter, listing.count_tabs(index, restricted=restricted)),
        filters=chips.build_filters(endpoint, inbox_filter, service_codes, directory_services),
        inbox_filter=inbox_filter,
        endpoint=endpoint,
        recall_count=len(list_recalls(session, entity)),
        is_first_page=after is None,
        undo=_build_undo(session, entity, restricted=restricted),
        **build_list_values(session, entity),
    )


def _read_after(text: str) -> int | None:
    return int(text, 16) if re.fullmatch("[0-9a-f]{1,48}", text) else None


def _format_after(key: int | None) -> str | None:
    return None if key is None else f"{key:x}"


def _build_undo(session: Session, entity: str, *, restricted: bool) -> dict[str, Any] | None:
    """The answers that were given a moment ago and can be undone together; None where there are none."""
    versions = unpack_chosen(request.args.get("answered", ""))
    if not versions:
        return None
    now = clock.now()
    undoable = [
        referral
        for referral in referral_queries.list_referrals_by_ids(session, list(versions))
        if isinstance(referral, DecryptedReferral)
        and referral.entity == entity
        and referral.restricted is restricted
        and referral.version == versions[referral.id]
        and now - referral.state_at < _UNDO_SHOWN
        and can_take_back(referral)
    ]
    if not undoable:
        return None
    return {"count": len(undoable), "chosen": [f"{referral.id}:{referral.version}" for referral in undoable]}


@blueprint.post("/portal/answers")
@requires("portal.use")
def answer_several() -> Response:
    """Give one answer to the referrals that are chosen in the list, and lead back to it with a way to undo."""
    session, form = db_session(), ChosenAnswerForm()
    chosen = read_chosen(request.form.getlist("chosen"))
    inbox_filter = _read_list_of_form()
    if not chosen:
        flash(_("Choose at least one referral."), "warning")
        return _lead_back(inbox_filter)
    try:
        answered, left = services.answer_several(session, current_actor(), chosen, form.read_answer())
    except Invalid as error:
        flash(next((entry.message for entry in error.field_errors), error.message), "error")
        return _lead_back(inbox_filter)
    _tell_left(left)
    return _lead_back(inbox_filter, answered={referral: chosen[referral] + 1 for referral in answered})


@blueprint.post("/portal/answers/undo")
@requires("portal.use")
def undo_answers() -> Response:
    """Take back the answers that were given a moment ago."""
    chosen = read_chosen(request.form.getlist("chosen"))
    undone, left = services.take_back_answers(db_session(), current_actor(), chosen)
    if undone:
        flash(ngettext("%(num)s answer undone.", "%(num)s answers undone.", len(undone)), "success")
    _tell_left(left)
    return _lead_back(_read_list_of_form())


def _tell_left(left: Sequence[UUID]) -> None:
    if left:
        message = ngettext(
            "%(num)s referral stays as it was: somebody answered it before you, or it is over.",
            "%(num)s referrals stay as they were: somebody answered them before you, or they are over.",
            len(left),
        )
        flash(message, "warning")


def _read_list_of_form() -> InboxFilter:
    """The list from which a form was sent."""
    return read_filter(request.form, restricted=request.form.get("restricted") == "1")


def _lead_back(inbox_filter: InboxFilter, answered: Mapping[UUID, int] | None = None) -> Response:
    arguments = dict(inbox_filter.arguments)
    if answered:
        arguments["answered"] = pack_chosen(answered)
    return redirect(url_for(name_endpoint(restricted=inbox_filter.restricted), **arguments), 303)
