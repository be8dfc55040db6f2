"""Sign-in and sign-out, the first page of each role, and the language, text size and contrast of a browser."""

from typing import Any

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.accounts import queries
from attention_point.accounts.forms import ResumeForm, SignInForm, add_form_error
from attention_point.accounts.second_factor.forms import SecondStepForm
from attention_point.accounts.second_factor.services import CODES, count_codes_left
from attention_point.accounts.sign_in import authentication, cookies, resumed_forms, second_step, sessions
from attention_point.accounts.sign_in.authentication import SecondStepNeeded
from attention_point.accounts.sign_in.current_site import find_current_site
from attention_point.foundation.access import public
from attention_point.foundation.errors import Invalid, TooManyTries, Unauthenticated
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import ngettext
from attention_point.foundation.web.forms import read_posted_fields
from attention_point.foundation.web.install import LANGUAGE_COOKIE
from attention_point.foundation.web.page_frame import display
from attention_point.foundation.web.transactions import SAFE_METHODS, current_database, db_session, read_session

blueprint = Blueprint("account", __name__)


@blueprint.app_context_processor
def _build_page_frame() -> dict[str, object]:
    """The addresses that the frame of every page shows."""
    return {
        "sign_out_url": url_for("account.sign_out"),
        "own_account_url": url_for("own_account.show_own_account"),
        "language_url": lambda code: _build_url_back("account.switch_language", code=code),
        "text_size_url": lambda size: _build_url_back("account.switch_text_size", size=size),
        "contrast_url": lambda contrast: _build_url_back("account.switch_contrast", contrast=contrast),
    }


def _build_url_back(endpoint: str, **choice: str) -> str:
    """Return the address of a choice that leads back to this page."""
    current_path = request.path if request.method in SAFE_METHODS and request.path != "/" else None
    return url_for(endpoint, **choice, next=current_path)  # type: ignore[arg-type]


@blueprint.get("/")
@public
def open_first_page() -> Any:
    """Lead each role to its first page. HEAD only tells a page's script whose session is open."""
    actor = sessions.find_signed_in_actor()
    if actor is None:
        return redirect(url_for("account.sign_in"))
    # A redirection would make the script fetch a whole page.
    if request.method == "HEAD":
        return "", 204, {"Session-Owner": sessions.get_current_writer_digest()}
    first_item = next((item for item in current_app.extensions["menu"] if actor.may(item.permission)), None)
    return redirect(url_for(first_item.endpoint if first_item else "own_account.show_own_account"))


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """Show the form of the sign-in, or sign in and lead to the page that was asked for."""
    if request.method in SAFE_METHODS and sessions.find_signed_in_actor():
        return redirect(url_for("account.open_first_page"))
    form = SignInForm(next=resumed_forms.find_local_path(request.args.get("next")))
    if request.method in SAFE_METHODS:
        return render_template("accounts/sign-in.html", form=form)
    error = _begin_session_from_form(form)
    if isinstance(error, SecondStepNeeded):
        next_path = resumed_forms.find_local_path(form.next.data)
        return redirect(url_for("account.take_second_step", next=None if next_path == "/" else next_path))
    if error is None:
        return _set_account_language(redirect(resumed_forms.find_local_path(form.next.data)))
    return _build_error_response(error, render_template("accounts/sign-in.html", form=form))


@blueprint.post("/sign-in/resume")
@public
def resume_form() -> Any:
    """Sign in again and give back the form that was sent without a session, to be sent once more.

    Only the person who wrote it gets it back: tablets are shared, and a form may hold names.
    """
    # Both are read before the sign-in, which replaces the cookie of the session before.
    fields, last_account_id = resumed_forms.read_resumable_fields(), sessions.find_last_account_id()
    form = ResumeForm()
    error = _begin_session_from_form(form)
    if isinstance(error, SecondStepNeeded):
        return _render_second_step(SecondStepForm(formdata=None, next=form.next.data), fields)
    if error is not None:
        return _build_error_response(error, resumed_forms.render_resume_page(form, fields))
    return _give_form_back(form.next.data, fields, last_account_id)


@blueprint.route("/sign-in/second-step", methods=["GET", "POST"])
@public
def take_second_step() -> Any:
    """Show the second step, or take it and lead on: to the page that was asked for, or to a form that waits."""
    # Somebody who is signed in, or who has not begun to sign in.
    if request.method in SAFE_METHODS and (sessions.find_signed_in_actor() or not sessions.find_ticket()):
        return redirect(url_for("account.open_first_page"))
    form, fields = SecondStepForm(next=resumed_forms.find_local_path(request.args.get("next"))), []
    last_account_id = sessions.find_last_account_id()
    if request.method == "POST":
        fields = resumed_forms.read_resumable_fields()
    try:
        if request.method in SAFE_METHODS:
            return _render_second_step(form, fields)
        signed_in = second_step.take_second_step(
            current_database(),
            sessions.find_ticket(),
            second_step.SecondStep(form.code.data or "", form.recovery.data or "", form.credential.data or ""),
            find_current_site(),
            request.remote_addr or "",
            cookies.read_known_browser_cookie(),
        )
    except second_step.TicketGone as error:
        return _begin_again(error, form.next.data, fields)
    except (Unauthenticated, TooManyTries) as error:
        add_form_error(form, error.message)
        return _build_error_response(error, _render_second_step(form, fields))
    sessions.begin_browser_session(signed_in.token, signed_in.account_id)
    cookies.set_known_browser_cookie_after_request(signed_in.browser_cookie)
    _tell_of_factor(signed_in)
    if fields:
        return _give_form_back(form.next.data, fields, last_account_id)
    return _set_account_language(redirect(resumed_forms.find_local_path(form.next.data)))


def _render_second_step(form: SecondStepForm, fields: list[tuple[str, str]]) -> str:
    # On SQLite it sees the database as before the try that has just failed, which changed the challenge.
    read_session().rollback()
    options = second_step.list_options(read_session(), sessions.find_ticket(), find_current_site())
    return render_template("accounts/second-step.html", form=form, fields=fields, options=options)


def _begin_again(error: second_step.TicketGone, next_path: str | None, fields: list[tuple[str, str]]) -> Response:
    """Lead back to the password; a form that waits comes along."""
    if fields:
        form = ResumeForm(formdata=None, data={"next": next_path})
        add_form_error(form, error.message)
        return _build_error_response(error, resumed_forms.render_resume_page(form, fields))
    if sessions.find_ticket():
        flash(error.message, "warning")
    path = resumed_forms.find_local_path(next_path)
    return redirect(url_for("account.sign_in", next=None if path == "/" else path))


def _tell_of_factor(signed_in: second_step.SignedIn) -> None:
    """Say what follows from a sign-in without the usual device."""
    if signed_in.factor == CODES:
        left = count_codes_left(read_session(), signed_in.account_id)
        message = ngettext("You have %(num)s recovery code left.", "You have %(num)s recovery codes left.", left)
        flash(f"{_('You used a recovery code.')} {message}", "warning")
    if signed_in.factor == second_step.WAY_BACK:
        flash(_("Your lost device opens your account no longer. Add your new one now."), "warning")


def _give_form_back(next_path: str | None, fields: list[tuple[str, str]], last_account_id: str | None) -> Any:
    """The reply to a sign-in that a form waits for: the form again, for its writer alone."""
    writer_digests = {
        dict(fields).get("written_by"),
        sessions.build_writer_digest(last_account_id) if last_account_id else None,
    } - {None, ""}
    if writer_digests - {sessions.get_current_writer_digest()}:
        flash(_("The form saved here belongs to somebody else, so it was not opened."), "warning")
        return redirect(url_for("account.open_first_page"))
    path = resumed_forms.find_local_path(next_path, "POST")
    # The page is gone, or there was nothing to give back.
    if path == "/" or not fields:
        return redirect(resumed_forms.find_local_path(next_path))
    return _set_account_language(make_response(render_template("accounts/resumed.html", path=path, fields=fields)))


def _begin_session_from_form(form: SignInForm | ResumeForm) -> Unauthenticated | TooManyTries | Invalid | None:
    """Begin a session, or return the error, which then stands on the form too."""
    if not form.validate():
        return Invalid("", ())
    try:
        token, proof = authentication.sign_in(
            current_database(),
            form.email.data or "",
            form.password.data or "",
            request.remote_addr or "",
            cookies.read_known_browser_cookie(),
        )
    except SecondStepNeeded as error:
        sessions.keep_ticket(error.ticket)
        return error
    except (Unauthenticated, TooManyTries) as error:
        add_form_error(form, error.message)
        return error
    sessions.begin_browser_session(token, proof.account_id)
    cookies.set_known_browser_cookie_after_request(proof.browser_cookie)
    return None


def _build_error_response(error: Unauthenticated | TooManyTries | Invalid, page: str) -> Response:
    response = make_response(page, error.status)
    if isinstance(error, TooManyTries):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _set_account_language(response: Response) -> Response:
    """Use the account's own language from here on, unless somebody chose another in this browser."""
    actor = sessions.find_signed_in_actor()
    if actor is not None and LANGUAGE_COOKIE not in request.cookies:
        cookies.set_language_cookie(response, queries.get_account(read_session(), actor.id).language)
    return response


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End the session. Without one the reply is the same, so that a second click is no error."""
    actor, token = sessions.find_signed_in_actor(), sessions.find_session_token()
    if actor and token:
        authentication.sign_out(db_session(), actor, token)
    sessions.clear_browser_session()
    # Whoever changes a second step signs in again, and comes back to its page.
    path = resumed_forms.find_local_path(read_posted_fields().get("next"))
    return redirect(url_for("account.sign_in", next=None if path == "/" else path))


@blueprint.get("/language/<any(es,en):code>")
@public
def switch_language(code: str) -> Response:
    """Remember a language in this browser and go back to the page."""
    response = _redirect_back()
    cookies.set_language_cookie(response, code)
    return response


@blueprint.get("/text-size/<any(normal,large,largest):size>")
@public
def switch_text_size(size: str) -> Response:
    """Remember a size of text in this browser and go back to the page."""
    response = _redirect_back()
    cookies.set_display_cookie(response, display.TEXT_SIZE_COOKIE, size)
    return response


@blueprint.get("/contrast/<any(normal,high):contrast>")
@public
def switch_contrast(contrast: str) -> Response:
    """Remember a contrast in this browser and go back to the page."""
    response = _redirect_back()
    cookies.set_display_cookie(response, display.CONTRAST_COOKIE, contrast)
    return response


def _redirect_back() -> Response:
    return redirect(resumed_forms.find_local_path(request.args.get("next") or request.referrer))
