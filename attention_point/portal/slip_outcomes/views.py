"""The public page of a slip: whoever holds it says whether she was served. Without an account or a name."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Reply

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.access import public
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_database, db_session
from attention_point.foundation.web.transactions import read_session
from attention_point.portal.slip_outcomes import visitor_words
from attention_point.portal.slip_outcomes.forms import SlipCodeForm, VisitorOutcomeForm
from attention_point.portal.slip_outcomes.visitor_words import VisitorSlip

blueprint = Blueprint("slip_outcomes", __name__, url_prefix="/slips")
CODE_RULE = "/<string(maxlength=64):code>"


@blueprint.get("")
@public
def ask_code() -> str:
    """Ask for the code of a slip, for whoever cannot scan it."""
    return render_template("portal/slip_code.html", form=SlipCodeForm(formdata=None))


@blueprint.post("")
@public
def find_code() -> Reply:
    """Lead to the page of the slip, or say why the code cannot be right."""
    form = SlipCodeForm()
    if not form.validate_on_submit():
        return render_template("portal/slip_code.html", form=form), 422
    code = visitor_words.parse_slip_code(form.code.data or "")
    if code is None:
        _count_guess(form.code.data or "")
        return _refuse_code(
            form, _("This is no code of a slip. It has 16 letters and numbers, none of them 0, 1, I or O."), 422
        )
    if _find_slip(code) is None:
        return _refuse_code(form, _("No slip has this code. Compare it with your slip, letter by letter."))
    return redirect(url_for(".show_slip", code=code), 303)


@blueprint.get(CODE_RULE)
@public
def show_slip(code: str) -> Reply:
    """Show where the visitor was sent, with three buttons for each place."""
    slip_code = visitor_words.parse_slip_code(code)
    slip = _find_slip(slip_code or "")
    if slip is None or slip_code is None:
        form = SlipCodeForm(formdata=None, data={"code": code})
        return _refuse_code(form, _("No slip has this code. Compare it with your slip, letter by letter."))
    return render_template(
        "portal/slip_outcomes.html",
        slip=slip,
        code=slip_code,
        answered=request.args.get("answered", type=UUID),
        directory=directory_queries.get_directory(db_session()),
        points=directory_queries.list_points(db_session(), clock.today()),
    )


@blueprint.post(f"{CODE_RULE}/outcomes")
@public
def record_outcome(code: str) -> Reply:
    """Store one word of the visitor, or her answer to the question that followed."""
    slip_code, form = visitor_words.parse_slip_code(code) or "", VisitorOutcomeForm()
    if _find_slip(slip_code) is None:
        raise NotFound(_("No slip has this code. Compare it with your slip, letter by letter."))
    referral_id = _parse_id(form.referral.data)
    if form.asked_for_money.data:
        was_asked = form.asked_for_money.data == "yes"
        visitor_words.record_asked_for_money(db_session(), slip_code, referral_id, was_asked=was_asked)
        flash(_("Thank you. Your answer was saved."), "success")
        return redirect(url_for(".show_slip", code=slip_code), 303)
    visitor_words.record_visitor_outcome(db_session(), slip_code, referral_id, form.outcome.data or "")
    flash(_("Thank you. Your answer was saved."), "success")
    return redirect(url_for(".show_slip", code=slip_code, answered=referral_id), 303)


def _parse_id(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise NotFound(_("There is no such referral.")) from None


def _find_slip(code: str) -> VisitorSlip | None:
    """The slip of a code. A code that no slip has counts as a guess. Raises TooManyTries after many of them."""
    slip = visitor_words.find_visitor_slip(read_session(), code)
    if slip is None:
        _count_guess(code)
    return slip


def _count_guess(code: str) -> None:
    # A right code passes whatever others guess: in a shelter many people have one address.
    with current_database().write_session() as session:
        visitor_words.count_guess(session, code, request.remote_addr or "", clock.now())


def _refuse_code(form: SlipCodeForm, message: str, status: int = 404) -> Reply:
    form.code.errors = [message]
    return render_template("portal/slip_code.html", form=form), status
