"""Sign-in and sign-out, one's own account, the language, the start page."""

from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    after_this_request,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from attention_point.accounts import authentication, passwords, queries, resuming, services, sessions
from attention_point.accounts.forms import LanguageForm, PasswordForm, ResumeForm, SignInForm, complain, show
from attention_point.foundation import clock
from attention_point.foundation.access import public, requires
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Invalid, TooMany, Unauthenticated
from attention_point.foundation.web.headers import YEAR
from attention_point.foundation.web.install import LANGUAGE_COOKIE
from attention_point.foundation.web.transactions import SAFE, actor, database, db, reader, settings

blueprint = Blueprint("account", __name__)


@blueprint.app_context_processor
def _frame() -> dict[str, object]:
    """What the frame of every page asks of this room."""
    return {"sign_out_url": url_for("account.sign_out"), "language_url": _language_url}


def _language_url(code: str) -> str:
    here = request.path if request.method in SAFE and request.path != "/" else None
    return url_for("account.switch_language", code=code, next=here)


@blueprint.get("/")
@public
def home() -> Any:
    """Each role's first page. HEAD asks whether the session is still open, without being sent anywhere."""
    who = sessions.signed_in()
    if who is None:
        return redirect(url_for("account.sign_in"))
    if request.method == "HEAD":
        return "", 204
    first = next((item for item in current_app.extensions["menu"] if who.may(item.permission)), None)
    return redirect(url_for(first.endpoint if first else "account.own"))


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """The page to sign in; afterwards the page that was wanted."""
    if request.method in SAFE and sessions.signed_in():
        return redirect(url_for("account.home"))
    form = SignInForm(next=resuming.local_path(request.args.get("next")))
    if request.method in SAFE:
        return render_template("accounts/sign-in.html", form=form)
    refused = _sign_in(form)
    if refused is None:
        return _speaking(redirect(resuming.local_path(form.next.data)))
    return _refused(refused, render_template("accounts/sign-in.html", form=form))


@blueprint.post("/sign-in/resume")
@public
def resume() -> Any:
    """Sign in again and get back the form that was sent without a session, to send it once more.

    It is given back to the person who wrote it and to nobody else: tablets are shared, and it may hold names.
    """
    form, fields, owner = ResumeForm(), resuming.kept_fields(), sessions.owner()
    writers = {dict(fields).get("written_by"), sessions.mark_of(owner) if owner else None} - {None, ""}
    refused = _sign_in(form)
    if refused is not None:
        return _refused(refused, resuming.page(form, fields))
    if writers - {sessions.written_by()}:
        flash(_("The form that waited here was written by somebody else, so it was not opened."), "warning")
        return redirect(url_for("account.home"))
    path = resuming.local_path(form.next.data, "POST")
    if path == "/" or not fields:
        return redirect(resuming.local_path(form.next.data))
    return _speaking(make_response(render_template("accounts/resumed.html", path=path, fields=fields)))


def _sign_in(form: SignInForm | ResumeForm) -> Unauthenticated | TooMany | Invalid | None:
    """Begin a session, or say why not, on the form."""
    if not form.validate():
        return Invalid("", ())
    try:
        token, proof = authentication.sign_in(
            database(),
            form.email.data or "",
            form.password.data or "",
            request.remote_addr or "",
            sessions.device_cookie(),
        )
    except (Unauthenticated, TooMany) as refusal:
        complain(form, refusal.message)
        return refusal
    sessions.begin(token, proof.account_id)
    _remember_device(proof.device_cookie)
    return None


def _remember_device(cookie: str) -> None:
    @after_this_request
    def _remember(response: Response) -> Response:
        sessions.remember_device(response, cookie)
        return response


def _refused(refusal: Unauthenticated | TooMany | Invalid, page: str) -> Response:
    response = make_response(page, refusal.status)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _speaking(response: Response) -> Response:
    """The account's own language from here on, unless this browser has been told another."""
    who = sessions.signed_in()
    if who is not None and LANGUAGE_COOKIE not in request.cookies:
        account = queries.account(reader(), who.id)
        _remember_language(response, account.language)
    return response


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End the session; without one there is nothing to end and the reply is the same."""
    who, token = sessions.signed_in(), sessions.current_token()
    if who and token:
        authentication.sign_out(db(), who, token)
    sessions.forget()
    return redirect(url_for("account.sign_in"))


@blueprint.get("/language/<any(es,en):code>")
@public
def switch_language(code: str) -> Response:
    """Remember the language in this browser and go back to the page."""
    response = redirect(resuming.local_path(request.args.get("next") or request.referrer))
    _remember_language(response, code)
    return response


def _remember_language(response: Response, code: str) -> None:
    response.set_cookie(
        LANGUAGE_COOKIE, code, max_age=YEAR, secure=settings().secure, httponly=True, samesite="Lax", path="/"
    )


@blueprint.get("/account")
@requires("account.own")
def own() -> str:
    """One's own account: language, password, open sessions."""
    account = queries.account(db(), actor().id)
    now = clock.now()
    mine = sessions.current_token() or ""
    return render_template(
        "accounts/own.html",
        account=account,
        form=LanguageForm(formdata=None, language=account.language),
        open_sessions=[
            row
            for row in queries.sessions_not_ended(db(), account.id)
            if sessions.is_open(row.created_at, row.last_seen_at, now)
        ],
        this_one=services.digest(mine),
    )


@blueprint.post("/account/language")
@requires("account.own")
def language() -> Response:
    """The language in which one's pages begin."""
    form = LanguageForm()
    response = redirect(url_for("account.own"))
    if form.validate():
        authentication.change_language(db(), actor(), form.language.data)
        _remember_language(response, form.language.data)
    return response


@blueprint.post("/account/sessions/<uuid:session_id>/end")
@requires("account.own")
def end_session(session_id: UUID) -> Response:
    """End one of one's sessions, on a tablet left behind, say."""
    authentication.end_session(db(), actor(), session_id)
    flash(_("The session is ended."), "success")
    return redirect(url_for("account.own"))


@blueprint.route("/account/password", methods=["GET", "POST"])
@requires("account.own")
def password() -> Any:
    """Change one's password. Until a one-time password is changed every page leads here."""
    account = queries.account(reader(), actor().id)
    form = PasswordForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            status = _change_password(form, account.email, account.name)
            if not status:
                flash(_("The password is changed. Your other sessions are ended."), "success")
                return redirect(url_for("account.home"))
    return render_template("accounts/password.html", form=form, forced=account.must_change_password), status


def _change_password(form: PasswordForm, email: str, name: str) -> int:
    """Change it and give 0, or complain on the form and give the reply's status."""
    current, new = form.current.data or "", form.password.data or ""
    try:
        passwords.check_new(new, email, name)
        if passwords.normalised(new) == passwords.normalised(current):
            complain(form, _("The new password must be another one."))
            return 422
        proof = authentication.prove(database(), email, current, request.remote_addr or "", sessions.device_cookie())
        new_hash = passwords.hashed(new)
        keep = services.digest(sessions.current_token() or "")
        _remember_device(authentication.change_password(db(), actor(), proof, new_hash, keep))
    except Invalid as refusal:
        show(refusal, form)
        return refusal.status
    except Unauthenticated:
        complain(form, _("The current password is not right."))
        return 422
    except TooMany as refusal:
        complain(form, refusal.message)
        return refusal.status
    return 0
