"""The public page on which anybody asks about their data, without an account (Ley 1581 de 2012, art. 17 b).

Nothing is looked up here: no reply tells whether somebody is on file. A supervisor joins the request to the record.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.accounts.sign_in import throttle
from attention_point.foundation import clock
from attention_point.foundation.access import Actor, public
from attention_point.foundation.errors import Busy, FieldError, Invalid, NotFound, TooManyTries
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.network.ip_addresses import get_visitor_network
from attention_point.foundation.web import current_database, db_session
from attention_point.rights.requests import services, stored_requests
from attention_point.rights.requests.forms import WebRequestForm

blueprint = Blueprint("data_requests", __name__, url_prefix="/my-data")
VISITOR = Actor("visitor", None, "visitor", "visitor", frozenset())
NOT_SAFE = N_("Mark it only if it is safe. If it is not, collect the answer at the attention point.")
RECEIPT_SHOWN = timedelta(days=1)
_SITE_PREFIX_LENGTH = 48  # of IPv6: one household may have thousands of the networks of a visitor (RFC 6177)


@blueprint.get("")
@public
def show_form() -> str:
    """Show the form."""
    form = WebRequestForm(formdata=None)
    form.asker.data, form.answer_way.data = "person", "in_person"
    return render_template("rights/web_form.html", form=form)


@blueprint.post("")
@public
def file_request() -> Response | tuple[str, int]:
    """File a request, and lead to its receipt. If something is wrong, the form comes back with all that was typed."""
    form = WebRequestForm()
    new_request = form.read_request(clock.today())
    if errors := list(_check_request(new_request)):
        form.show_field_errors(
            FieldError("is_safe", _(NOT_SAFE)) if error.field == "is_safe" else error for error in errors
        )
        return render_template("rights/web_form.html", form=form), 422
    try:
        _count_filing()
        stored_requests.require_room(db_session())
    except (TooManyTries, Busy) as error:
        # Many share one address of their telephone company: what they typed stays, and they learn where else to ask.
        page = make_response(render_template("rights/web_form.html", form=form, refusal=error.message), error.status)
        page.headers["Retry-After"] = str(error.retry_after)
        return page
    try:
        request_id = services.register_request(db_session(), VISITOR, new_request)
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return render_template("rights/web_form.html", form=form), 422
    return redirect(url_for(".show_receipt", request_id=request_id), 303)


def _check_request(new_request: services.NewRequest) -> Iterator[FieldError]:
    yield from services.check_request(new_request)
    # A claim may be about what the office did to anybody; for all else a record is looked for.
    if new_request.kind != "claim" and not new_request.about:
        yield FieldError("about", _("Write something by which we can find the record."))


def _count_filing() -> None:
    # Some a day at once, then one every quarter of an hour, from one network: enough for a shelter, too few to bury the
    # office. In a transaction of its own, which a refusal does not take back.
    network = get_visitor_network(request.remote_addr or "", _SITE_PREFIX_LENGTH)
    with current_database().write_session() as session:
        vault = session.info["vault"]
        own_key = throttle.build_account_key(vault, f"my-data/{network}")
        origin_key = throttle.build_address_key(vault, f"my-data/{network}")
        throttle.count_sign_in_attempt(session, own_key, origin_key, clock.now())


@blueprint.get("/<uuid:request_id>")
@public
def show_receipt(request_id: UUID) -> str:
    """Show the number and the day of the answer, for a day. Nothing else: a telephone may be in other hands by then."""
    stored = stored_requests.get_request(db_session(), request_id)
    filed_at = datetime.fromisoformat(stored.note["steps"][0]["at"])
    is_new = clock.now() - filed_at < RECEIPT_SHOWN
    if not (is_new and stored.note["steps"][0]["by"] == VISITOR.journal_label):
        raise NotFound(_("There is no such request."))
    return render_template("rights/web_receipt.html", stored=stored)
