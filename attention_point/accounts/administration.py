"""The administrator's pages of accounts."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.accounts import changes, listing, passwords, queries, rules, services
from attention_point.accounts.forms import ROLE_NAMES, AccountForm, EditForm, FindForm, ResetForm, complain, show
from attention_point.accounts.models import Account
from attention_point.accounts.naming import say_actors
from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.journal.words import action_words
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Conflict, Invalid, NotFound
from attention_point.foundation.web.listing import SIZE, page_of
from attention_point.foundation.web.transactions import actor, db, reader, settings

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")

MOST_FOUND = 100
HISTORY = 200
"""Entries of the journal that an account's page tells; the same thing done again and again is one line."""
TABS = {
    "": N_("All"),
    "active": N_("Active ones"),
    "waiting": N_("Waiting for the first sign-in"),
    listing.LOCKED: N_("Locked"),
    "disabled": N_("Disabled ones"),
}


@blueprint.get("", endpoint="listing")
@requires("accounts.manage")
def list_accounts() -> str:
    """Accounts by address, a page at a time; ``state`` narrows them, ``after`` is the last one of the page before."""
    rows = listing.account_rows(db(), clock.now())
    asked = request.args.get("state", "")
    state = asked if asked in TABS else ""
    shown = listing.select_rows(rows, state=state)
    last = _optional_account(request.args.get("after", type=UUID))
    if last:
        shown = [row for row in shown if row.account.email > last.email]
    page = page_of(
        shown[: SIZE + 1],
        SIZE,
        lambda row: url_for("accounts.listing", after=row.account.id, state=state or None),
        url_for("accounts.listing", state=state or None) if last else None,
    )
    return _list_page(rows, FindForm(formdata=None), page=page, state=state)


@blueprint.post("/find")
@requires("accounts.manage")
def find() -> tuple[str, int]:
    """The accounts that fit what was typed; all of them, and what is wrong, where it cannot be looked for."""
    form = FindForm()
    sound = form.validate()
    rows = listing.account_rows(reader(), clock.now())
    shown = listing.select_rows(rows, form.q.data or "", form.role.data or "") if sound else rows
    page = page_of(shown[:MOST_FOUND], MOST_FOUND, lambda _row: "", None)
    return _list_page(rows, form, page=page, state=None, cut=len(shown) > MOST_FOUND), 200 if sound else 422


def _list_page(rows: list[listing.AccountRow], form: FindForm, **more: Any) -> str:
    tabs = [
        (_(label), len(listing.select_rows(rows, state=state)), url_for("accounts.listing", state=state or None), state)
        for state, label in TABS.items()
    ]
    words = {"role_names": ROLE_NAMES, "entities": queries.entity_names(reader()), "states": listing.STATES}
    return render_template("accounts/listing.html", form=form, tabs=tabs, **words, **more)


@blueprint.route("/new", methods=["GET", "POST"])
@requires("accounts.manage")
def add() -> Any:
    """Add an account; its one-time password is on the reply and nowhere else."""
    form = AccountForm(entities=queries.entity_names(reader()))
    status, existing = 200, None
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                return _password_page(_add(form), _("Account added")), 201
            except Invalid as refusal:
                show(refusal, form)
            except Conflict as refusal:
                complain(form, refusal.message)
                status = refusal.status
                existing = queries.by_email(reader(), rules.normal_email(form.email.data or "") or "")
    return render_template("accounts/new.html", form=form, existing=existing), status


def _add(form: AccountForm) -> services.Invitation:
    new = services.NewAccount(
        email=form.email.data or "",
        name=form.name.data or "",
        role=form.role.data,
        entity=form.entity_sent(),
        language=form.language.data,
    )
    email = services.check_account(reader(), new)
    password = passwords.one_time()
    password_hash = passwords.hashed(password)
    services.add_user(db(), actor(), new, password_hash, lasts=rules.ONE_TIME_SHOWN)
    return services.Invitation(email, password)


def _password_page(invitation: services.Invitation, title: str) -> str:
    days = rules.ONE_TIME_SHOWN.days
    return render_template("accounts/password-shown.html", invitation=invitation, title=title, days=days)


@blueprint.get("/<uuid:account_id>")
@requires("accounts.manage")
def account(account_id: UUID) -> str:
    """One account: its state, what can be done with it, its history from the journal."""
    found = _account(account_id)
    entries = queries.history(db(), account_id, HISTORY + 1)
    names = say_actors(db(), {entry.actor for entry in entries})
    runs = [list(run) for _key, run in groupby(entries[:HISTORY], key=lambda entry: (entry.action, entry.actor))]
    return render_template(
        "accounts/account.html",
        row=listing.account_row(db(), found, clock.now()),
        states=listing.STATES,
        role=_(ROLE_NAMES[found.role]),
        entity=queries.entity_names(db()).get(found.entity or "", found.entity),
        history=[(run[0].at, action_words(run[0].action), _who(run[0], names), len(run)) for run in runs],
        cut=len(entries) > HISTORY,
    )


def _who(entry: JournalEntry, names: Mapping[str, str]) -> str:
    # A failed sign-in is written by the system, but done by somebody who proved nothing.
    return _("Somebody unknown") if entry.action == "account.sign-in-failed" else names[entry.actor]


@blueprint.route("/<uuid:account_id>/edit", methods=["GET", "POST"])
@requires("accounts.manage")
def edit(account_id: UUID) -> Any:
    """Change name, role or entity."""
    found = _account(account_id)
    before = {"name": found.name, "role": found.role, "entity": found.entity or "", "version": found.version}
    form = EditForm(data=before, entities={**_own_entity(found), **queries.entity_names(reader())})
    status, conflict = 200, None
    if request.method == "POST":
        status = 422
        if form.validate():
            values = changes.AccountValues(form.name.data or "", form.role.data, form.entity_sent())
            try:
                changed = changes.edit_user(db(), actor(), account_id, values, form.version_shown())
            except Invalid as refusal:
                show(refusal, form)
            except Conflict as refusal:
                status, conflict = refusal.status, refusal
                complain(form, refusal.message)
                form.version.data = str(found.version)
            else:
                flash(_("The account is changed.") if changed else _("Nothing was changed."), "success")
                return redirect(url_for("accounts.account", account_id=account_id))
    return render_template("accounts/edit.html", form=form, account=found, conflict=conflict), status


def _own_entity(found: Account) -> dict[str, str]:
    """The entity that stands there, by its code where the directory does not know it."""
    return {found.entity: found.entity} if found.entity else {}


@blueprint.route("/<uuid:account_id>/reset", methods=["GET", "POST"])
@requires("accounts.manage")
def reset(account_id: UUID) -> Any:
    """Ask first; then a one-time password, on the reply and nowhere else, or by mail."""
    found = _account(account_id)
    email = found.email
    form = ResetForm(mail=settings().mail_server is not None)
    if request.method == "GET" or not form.validate():
        return render_template("accounts/reset.html", form=form, account=found), 200 if request.method == "GET" else 422
    password = passwords.one_time()
    password_hash = passwords.hashed(password)
    site = settings().public_url if form.mailed else None
    changes.reset_password(db(), actor(), account_id, password, password_hash, site)
    if site:
        flash(_("The one-time password waits to be mailed: it leaves within a quarter of an hour."), "success")
        return redirect(url_for("accounts.account", account_id=account_id))
    return _password_page(services.Invitation(email, password), _("Password reset"))


@blueprint.route("/<uuid:account_id>/disable", methods=["GET", "POST"])
@requires("accounts.manage")
def disable(account_id: UUID) -> Any:
    """Ask first; then disable the account, whose sessions end at once."""
    if request.method == "GET":
        return render_template("accounts/disable.html", account=_account(account_id))
    changes.disable_user(db(), actor(), account_id)
    flash(_("The account is disabled and its sessions are ended."), "success")
    return redirect(url_for("accounts.account", account_id=account_id))


@blueprint.post("/<uuid:account_id>/enable")
@requires("accounts.manage")
def enable(account_id: UUID) -> Response:
    """Let a disabled account sign in again."""
    changes.enable_user(db(), actor(), account_id)
    flash(_("The account is enabled. If its password is forgotten, reset it."), "success")
    return redirect(url_for("accounts.account", account_id=account_id))


@blueprint.post("/<uuid:account_id>/unlock")
@requires("accounts.manage")
def unlock(account_id: UUID) -> Response:
    """Forget strangers' wrong guesses at an account."""
    changes.unlock_user(db(), actor(), account_id)
    flash(_("The account is unlocked: its owner can sign in now."), "success")
    return redirect(url_for("accounts.account", account_id=account_id))


def _account(account_id: UUID) -> Account:
    found = _optional_account(account_id)
    if found is None:
        raise NotFound(_("There is no such account."))
    return found


def _optional_account(account_id: UUID | None) -> Account | None:
    return reader().get(Account, account_id) if account_id else None
