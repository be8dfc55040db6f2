"""The administrator's pages of accounts."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.accounts import passwords, queries, rules, services
from attention_point.accounts.administration import account_changes, account_list
from attention_point.accounts.forms import (
    ROLE_LABELS,
    EditAccountForm,
    NewAccountForm,
    ResetPasswordForm,
    SearchAccountsForm,
    show_error,
)
from attention_point.accounts.models import Account
from attention_point.accounts.naming import find_actor_names
from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.journal_pages.entry_descriptions import label_for_action
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.pagination import PAGE_SIZE, build_page
from attention_point.foundation.web.transactions import current_actor, current_settings, db_session, read_session

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")

MAX_RESULTS = 100
# How many journal entries the page of an account shows. The same action repeated is one line.
HISTORY_SIZE = 200
_FAILED_SIGN_INS = {"account.sign-in-failed", "account.second-step-failed"}
STATE_TABS = {
    # States that the administrator acts upon; the page of an account shows every state.
    "": N_("All"),
    "active": N_("Active accounts"),
    "waiting": N_("Waiting for the first sign-in"),
    account_list.LOCKED_FILTER: N_("Locked"),
    "disabled": N_("Disabled accounts"),
}


@blueprint.get("")
@requires("accounts.manage")
def list_accounts() -> str:
    """List the accounts by address, a page at a time.

    ``state`` narrows the list; ``after`` is the id of the last account on the page before.
    """
    rows = account_list.list_account_rows(db_session(), clock.now())
    state = request.args.get("state", "")
    state = state if state in STATE_TABS else ""
    visible_rows = account_list.filter_account_rows(rows, state=state)
    last_account = _find_account(request.args.get("after", type=UUID))
    if last_account:
        visible_rows = [row for row in visible_rows if row.account.email > last_account.email]
    page = build_page(
        visible_rows[: PAGE_SIZE + 1],
        PAGE_SIZE,
        lambda row: url_for("accounts.list_accounts", after=row.account.id, state=state or None),
        url_for("accounts.list_accounts", state=state or None) if last_account else None,
    )
    return _render_account_list(rows, SearchAccountsForm(formdata=None), page=page, state=state)


@blueprint.post("/find")
@requires("accounts.manage")
def search_accounts() -> tuple[str, int]:
    """List the accounts that match what was typed. A search that is not valid lists all of them, with its errors."""
    # By POST: a name or an address that somebody types must not stand in the address of a page, which is logged.
    form = SearchAccountsForm()
    is_valid = form.validate()
    rows = matching_rows = account_list.list_account_rows(read_session(), clock.now())
    if is_valid:
        matching_rows = account_list.filter_account_rows(rows, form.q.data or "", form.role.data or "")
    # A search has one page: whoever gets more types more of the name.
    page = build_page(matching_rows[:MAX_RESULTS], MAX_RESULTS, lambda _row: "", None)
    is_cut = len(matching_rows) > MAX_RESULTS
    return _render_account_list(rows, form, page=page, state=None, is_cut=is_cut), 200 if is_valid else 422


def _render_account_list(rows: list[account_list.AccountRow], form: SearchAccountsForm, **template_values: Any) -> str:
    tabs = [
        (
            _(label),
            len(account_list.filter_account_rows(rows, state=state)),
            url_for("accounts.list_accounts", state=state or None),
            state,
        )
        for state, label in STATE_TABS.items()
    ]
    return render_template(
        "accounts/listing.html",
        form=form,
        tabs=tabs,
        role_names=ROLE_LABELS,
        entities=queries.list_entity_names(read_session()),
        states=account_list.STATE_LABELS,
        **template_values,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires("accounts.manage")
def add_account() -> Any:
    """Add an account. Its one-time password stands on the reply and nowhere else."""
    form = NewAccountForm(entities=queries.list_entity_names(read_session()))
    status, existing_account = 200, None
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                return _render_password_page(*_save_new_account(form), _("Account added")), 201
            except (Invalid, Conflict) as error:
                status = show_error(error, form)
                if isinstance(error, Conflict):
                    email = rules.normalise_email(form.email.data or "") or ""
                    existing_account = queries.find_account_by_email(read_session(), email)
    return render_template("accounts/new.html", form=form, existing=existing_account), status


def _save_new_account(form: NewAccountForm) -> tuple[str, str]:
    """Add the account and return its address and its one-time password."""
    new_account = services.NewAccount(
        email=form.email.data or "",
        name=form.name.data or "",
        role=form.role.data,
        entity=form.read_entity(),
        language=form.language.data,
    )
    email = services.check_new_account(read_session(), new_account)
    # Hashing takes some 27 ms, so it is done before the transaction that writes begins.
    password = passwords.generate_one_time_password()
    password_hash = passwords.hash_password(password)
    services.add_account(
        db_session(), current_actor(), new_account, password_hash, password_lifetime=rules.SHOWN_PASSWORD_LIFETIME
    )
    return email, password


def _render_password_page(email: str, password: str, title: str) -> str:
    days = rules.SHOWN_PASSWORD_LIFETIME.days
    return render_template("accounts/password-shown.html", email=email, password=password, title=title, days=days)


@blueprint.get("/<uuid:account_id>")
@requires("accounts.manage")
def show_account(account_id: UUID) -> str:
    """Show one account: its state, what the administrator can do with it, its history from the journal."""
    account = _get_account(account_id)
    entries = queries.list_account_history(db_session(), account_id, HISTORY_SIZE + 1)
    return render_template(
        "accounts/account.html",
        row=account_list.build_account_row(db_session(), account, clock.now()),
        states=account_list.STATE_LABELS,
        role=_(ROLE_LABELS[account.role]),
        entity=queries.list_entity_names(db_session()).get(account.entity or "", account.entity),
        history=_describe_history(entries[:HISTORY_SIZE]),
        is_cut=len(entries) > HISTORY_SIZE,
    )


def _describe_history(entries: Sequence[JournalEntry]) -> list[tuple[datetime, str, str, int]]:
    """For each run of the same action by the same actor: its newest moment, action and actor in words, how often."""
    names = find_actor_names(db_session(), {entry.actor for entry in entries})
    history = []
    for (action, actor), entry_run in groupby(entries, key=lambda entry: (entry.action, entry.actor)):
        repeated_entries = list(entry_run)
        # The system writes a failed sign-in, but somebody did it who proved nothing.
        actor_name = _("Somebody unknown") if action in _FAILED_SIGN_INS else names[actor]
        history.append((repeated_entries[0].at, label_for_action(action), actor_name, len(repeated_entries)))
    return history


@blueprint.route("/<uuid:account_id>/edit", methods=["GET", "POST"])
@requires("accounts.manage")
def edit_account(account_id: UUID) -> Any:
    """Change name, role or entity of an account."""
    account = _get_account(account_id)
    stored_values = {"name": account.name, "role": account.role, "entity": account.entity or ""}
    # An entity that the directory no longer knows is shown by its code, so that it can stay.
    own_entity = {account.entity: account.entity} if account.entity else {}
    form = EditAccountForm(
        data={**stored_values, "version": account.version},
        entities={**own_entity, **queries.list_entity_names(read_session())},
    )
    status, conflict = 200, None
    if request.method == "POST":
        status = 422
        if form.validate():
            values = account_changes.AccountValues(form.name.data or "", form.role.data, form.read_entity())
            version = form.read_version()
            try:
                changed = account_changes.edit_account(db_session(), current_actor(), account_id, values, version)
            except (Invalid, Conflict) as error:
                status = show_error(error, form)
                if isinstance(error, Conflict):
                    conflict, form.version.data = error, str(account.version)
            else:
                flash(_("The account is changed.") if changed else _("Nothing was changed."), "success")
                return redirect(url_for("accounts.show_account", account_id=account_id))
    return render_template("accounts/edit.html", form=form, account=account, conflict=conflict), status


@blueprint.route("/<uuid:account_id>/reset", methods=["GET", "POST"])
@requires("accounts.manage")
def reset_password(account_id: UUID) -> Any:
    """Ask first; then give the account a one-time password, on the reply and nowhere else, or by mail."""
    account = _get_account(account_id)
    email = account.email
    form = ResetPasswordForm(mail=current_settings().mail_server is not None)
    if request.method == "GET":
        return render_template("accounts/reset.html", form=form, account=account)
    if not form.validate():
        return render_template("accounts/reset.html", form=form, account=account), 422
    password = passwords.generate_one_time_password()
    password_hash = passwords.hash_password(password)
    site_url = current_settings().public_url if form.is_by_mail else None
    account_changes.reset_password(db_session(), current_actor(), account_id, password, password_hash, site_url)
    if site_url:
        flash(_("The one-time password will be mailed within 15 minutes."), "success")
        return redirect(url_for("accounts.show_account", account_id=account_id))
    return _render_password_page(email, password, _("Password reset"))


@blueprint.route("/<uuid:account_id>/disable", methods=["GET", "POST"])
@requires("accounts.manage")
def disable_account(account_id: UUID) -> Any:
    """Ask first; then disable the account. Its sessions end at once."""
    if request.method == "GET":
        return render_template("accounts/disable.html", account=_get_account(account_id))
    account_changes.disable_account(db_session(), current_actor(), account_id)
    flash(_("The account is disabled and its sessions are ended."), "success")
    return redirect(url_for("accounts.show_account", account_id=account_id))


@blueprint.post("/<uuid:account_id>/enable")
@requires("accounts.manage")
def enable_account(account_id: UUID) -> Response:
    """Let a disabled account sign in again, with the password that it had."""
    account_changes.enable_account(db_session(), current_actor(), account_id)
    flash(_("The account is enabled. If its password is forgotten, reset it."), "success")
    return redirect(url_for("accounts.show_account", account_id=account_id))


@blueprint.post("/<uuid:account_id>/unlock")
@requires("accounts.manage")
def unlock_account(account_id: UUID) -> Response:
    """Forget the wrong passwords that strangers tried on an account, so that nobody has to wait."""
    account_changes.unlock_account(db_session(), current_actor(), account_id)
    flash(_("The account is unlocked: its owner can sign in now."), "success")
    return redirect(url_for("accounts.show_account", account_id=account_id))


def _get_account(account_id: UUID) -> Account:
    account = _find_account(account_id)
    if account is None:
        raise NotFound(_("There is no such account."))
    return account


def _find_account(account_id: UUID | None) -> Account | None:
    return read_session().get(Account, account_id) if account_id else None
