"""The pages of one's own account: its language, its password, its open sessions."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.accounts import passwords, queries, services
from attention_point.accounts.forms import ChangePasswordForm, LanguageForm, NoticeTimingForm, add_form_error
from attention_point.accounts.models import Account
from attention_point.accounts.sign_in import authentication, cookies, sessions
from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Invalid, TooManyTries, Unauthenticated
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.transactions import current_actor, current_database, db_session, read_session

blueprint = Blueprint("own_account", __name__, url_prefix="/account")


@blueprint.get("")
@requires("account.own")
def show_own_account() -> str:
    """Show the account of whoever is signed in: language, password, open sessions."""
    account = queries.get_account(db_session(), current_actor().id)
    now = clock.now()
    return render_template(
        "accounts/own.html",
        account=account,
        form=LanguageForm(formdata=None, language=account.language),
        # Only who answers for an entity is told of referrals.
        notice_form=NoticeTimingForm(formdata=None, notice_timing=account.notice_timing) if account.entity else None,
        open_sessions=[
            row
            for row in queries.list_sessions_not_ended(db_session(), account.id)
            if sessions.is_session_open(row.created_at, row.last_seen_at, now)
        ],
        this_token_hash=services.hash_secret(sessions.find_session_token() or ""),
    )


@blueprint.post("/language")
@requires("account.own")
def change_language() -> Response:
    """Change the language in which the account's pages begin, in this browser and after each sign-in."""
    form = LanguageForm()
    response = redirect(url_for("own_account.show_own_account"))
    if form.validate():
        authentication.change_language(db_session(), current_actor(), form.language.data)
        cookies.set_language_cookie(response, form.language.data)
    return response


@blueprint.post("/notices")
@requires("portal.use")
def change_notice_timing() -> Response:
    """Change when the account is told of its entity's referrals: at once, or once a day."""
    authentication.change_notice_timing(db_session(), current_actor(), NoticeTimingForm().notice_timing.data or "")
    flash(_("Your choice is saved."), "success")
    return redirect(url_for("own_account.show_own_account"), 303)


@blueprint.post("/sessions/<uuid:session_id>/end")
@requires("account.own")
def end_session(session_id: UUID) -> Response:
    """End one of the account's own sessions, for example on a tablet that was left behind."""
    authentication.end_session(db_session(), current_actor(), session_id)
    flash(_("The session is ended."), "success")
    return redirect(url_for("own_account.show_own_account"))


@blueprint.route("/password", methods=["GET", "POST"])
@requires("account.own")
def change_password() -> Any:
    """Change the account's password. Until a one-time password is changed, every other page leads here."""
    account = queries.get_account(read_session(), current_actor().id)
    form = ChangePasswordForm()
    status = 200
    if request.method == "POST":
        status = _save_new_password(form, account) if form.validate() else 422
        if not status:
            flash(_("The password is changed. Your other sessions are ended."), "success")
            return redirect(url_for("account.open_first_page"))
    return render_template("accounts/password.html", form=form, change_is_forced=account.must_change_password), status


def _save_new_password(form: ChangePasswordForm, account: Account) -> int:
    """Change the password and return 0, or put the error on the form and return the status of the reply."""
    current_password, new_password = form.current.data or "", form.password.data or ""
    try:
        passwords.check_new_password(new_password, account.email, account.name)
        if passwords.normalise_password(new_password) == passwords.normalise_password(current_password):
            add_form_error(form, _("The new password must be different."))
            return 422
        # Within the throttle: a stolen session must not serve to guess the password.
        proof = authentication.verify_credentials(
            current_database(),
            account.email,
            current_password,
            request.remote_addr or "",
            cookies.read_known_browser_cookie(),
        )
        # Hashing takes some 27 ms, so it is done before the transaction that writes begins.
        new_hash = passwords.hash_password(new_password)
        token_hash = services.hash_secret(sessions.find_session_token() or "")
        cookies.set_known_browser_cookie_after_request(
            authentication.change_password(db_session(), current_actor(), proof, new_hash, token_hash)
        )
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return error.status
    except Unauthenticated:
        add_form_error(form, _("The current password is wrong."))
        return 422
    except TooManyTries as error:
        add_form_error(form, error.message)
        return error.status
    return 0
