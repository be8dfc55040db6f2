"""The box that finds somebody at the window, and the page of who was found."""

from uuid import UUID

from flask import redirect, render_template, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from attention_point.foundation.access import requires
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Invalid, NotFound
from attention_point.foundation.web import current_actor
from attention_point.foundation.web.pagination import Page
from attention_point.foundation.web.security.response_headers import allow_camera
from attention_point.foundation.web.transactions import read_session
from attention_point.intake import form_drafts
from attention_point.intake.pages.unsaved_visits.kept_fields import find_fields, save_fields
from attention_point.people.search import people_search
from attention_point.portal import queries
from attention_point.portal.inbox import finding
from attention_point.portal.inbox.forms import (
    FindForm,
)
from attention_point.portal.inbox.list_values import build_list_values, build_rows
from attention_point.portal.inbox.order.filters import InboxFilter
from attention_point.portal.portal_blueprint import blueprint


@blueprint.post("/portal/search")
@requires("portal.use")
def find_person() -> Response:
    """Keep what was typed, and lead to the page that shows who was found. A slip's code leads to its referral."""
    # By POST, and kept sealed for this account alone: what is searched for must not stand in an address.
    form = FindForm()
    text = form.q.data or ""
    try:
        slip_code = people_search.read_search(text).slip_code
    except Invalid:
        slip_code = None
    if slip_code and _leads_to_referral(slip_code):
        return redirect(url_for(".open_slip", code=slip_code), 303)
    search_id = new_id()
    fields = MultiDict([("q", text), ("restricted", "1" if form.restricted.data == "1" else "")])
    save_fields(search_id, fields, form_drafts.SEARCH)
    return redirect(url_for(".show_found", search=search_id), 303)


def _leads_to_referral(slip_code: str) -> bool:
    # Whoever brings a slip for another entity is at the window: the page that finds nobody keeps the search box.
    try:
        return bool(queries.list_referrals_of_slip(read_session(), current_actor(), slip_code))
    except NotFound:
        return False


@blueprint.get("/portal/search/<uuid:search>")
@requires("portal.use")
def show_found(search: UUID) -> Response | str:
    """Show whom one of the account's searches found, or what is wrong with it."""
    session, actor = read_session(), current_actor()
    entity = queries.require_own_entity(actor)
    allow_camera()
    fields = find_fields(session, search, form_drafts.SEARCH)
    if fields is None:
        return redirect(url_for(".show_inbox"), 303)
    form, restricted = FindForm(fields), fields.get("restricted") == "1"
    found = None
    try:
        found = finding.find_referrals(session, actor, fields.get("q") or "", restricted=restricted)
    except Invalid as error:
        form.show_field_errors(error.field_errors)
    values = build_list_values(session, entity) | {"find_form": form}
    return render_template(
        "portal/found.html",
        found=found,
        form=form,
        page=Page(build_rows(session, found.disclosures) if found else ()),
        restricted=restricted,
        inbox_filter=InboxFilter(restricted=restricted),
        **values,
    )
