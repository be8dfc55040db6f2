"""``attention-point user …`` and ``attention-point token …``."""

import sys

import click
from sqlalchemy.orm import Session

from attention_point.accounts import changes, listing, passwords, queries, rules, services
from attention_point.accounts.models import Account
from attention_point.foundation import clock
from attention_point.foundation.access import ROLES, SCOPES, SYSTEM
from attention_point.foundation.commands import opened, reading, writing
from attention_point.foundation.language import format_time, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import NotFound, Refusal
from attention_point.foundation.settings import from_environment


@click.group("user")
def user_commands() -> None:
    """Accounts of staff and partner entities."""


@user_commands.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(list(ROLES)), required=True, help="What the account may do.")
@click.option("--entity", metavar="CODE", help="The entity that it acts for; for the role 'entity' alone.")
@click.option("--name", help="The name that pages show; else the part of the address before the @.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; it need not be changed.")
def add_user(email: str, role: str, entity: str | None, name: str | None, password_stdin: bool) -> None:
    """Add an account for EMAIL. Without --password-stdin a one-time password is printed, once."""
    new = services.NewAccount(email, name or email.partition("@")[0], role, entity)
    with opened() as database:
        with database.reading() as session:
            stored = services.check_account(session, new)
        if password_stdin:
            password = passwords.read_line(sys.stdin)
            passwords.check_new(password, stored, new.name)
        else:
            password = passwords.one_time()
        password_hash = passwords.hashed(password)
        lasts = None if password_stdin else rules.ONE_TIME_SHOWN
        with database.writing() as session:
            services.add_user(session, SYSTEM, new, password_hash, must_change=not password_stdin, lasts=lasts)
    click.echo(_("Added: %(email)s", email=stored))
    if not password_stdin:
        _show_password(password)


@user_commands.command("list")
def list_users() -> None:
    """Every account: address, role, entity, state, last sign-in."""
    with reading() as session:
        for row in listing.account_rows(session, clock.now()):
            account = row.account
            last = account.last_sign_in_at
            signed_in = f"{clock.local(last):%Y-%m-%d %H:%M}" if last else "-"
            click.echo("\t".join((account.email, account.role, account.entity or "-", _state_words(row), signed_in)))


def _state_words(row: listing.AccountRow) -> str:
    state = _(listing.STATES[row.state].label).lower()
    if row.locked_until is None:
        return state
    return _("%(state)s, locked until %(time)s", state=state, time=format_time(row.locked_until))


@user_commands.command("disable")
@click.argument("email")
def disable_user(email: str) -> None:
    """Disable the account of EMAIL and end its sessions at once."""
    with writing() as session:
        account = _account_of(session, email)
        changes.disable_user(session, SYSTEM, account.id)
    click.echo(_("Disabled: %(email)s", email=account.email))


@user_commands.command("enable")
@click.argument("email")
def enable_user(email: str) -> None:
    """Let the disabled account of EMAIL sign in again, with the password that it had."""
    with writing() as session:
        account = _account_of(session, email)
        changes.enable_user(session, SYSTEM, account.id)
    click.echo(_("Enabled: %(email)s", email=account.email))


@user_commands.command("reset")
@click.argument("email")
@click.option("--mail", is_flag=True, help="Mail the password to EMAIL instead of printing it; it is good for a day.")
def reset_user(email: str, mail: bool) -> None:
    """Give the account of EMAIL a one-time password, printed once, and end its sessions."""
    with opened() as database:
        settings = from_environment()
        if mail and settings.mail_server is None:
            raise Refusal(_("No mail server is set, so nothing can be mailed."))
        password = passwords.one_time()
        password_hash = passwords.hashed(password)
        with database.writing() as session:
            account = _account_of(session, email)
            site = settings.public_url if mail else None
            changes.reset_password(session, SYSTEM, account.id, password, password_hash, site)
    click.echo(_("Reset: %(email)s", email=account.email))
    if mail:
        click.echo(_("The one-time password waits to be mailed: the next 'jobs run' or 'mail send' sends it."))
    else:
        _show_password(password)


@user_commands.command("edit")
@click.argument("email")
@click.option("--name", help="The name that pages show.")
@click.option("--role", type=click.Choice(list(ROLES)), help="What the account may do; its sessions end.")
@click.option("--entity", metavar="CODE", help="The entity that it acts for; its sessions end.")
def edit_user(email: str, name: str | None, role: str | None, entity: str | None) -> None:
    """Change the name, the role or the entity of the account of EMAIL."""
    if name is None and role is None and entity is None:
        raise click.UsageError(_("Say what is to change: --name, --role or --entity."))
    with writing() as session:
        account = _account_of(session, email)
        before = changes.values_of(account)
        new_role = before.role if role is None else role
        # Who no longer acts for an entity has none; one that is named is checked.
        left = before.entity if new_role == "entity" else None
        values = changes.AccountValues(
            before.name if name is None else name, new_role, left if entity is None else entity
        )
        changed = changes.edit_user(session, SYSTEM, account.id, values)
    click.echo(_("Changed: %(email)s", email=account.email) if changed else _("Nothing to change."))


@user_commands.command("unlock")
@click.argument("email")
def unlock_user(email: str) -> None:
    """Forget wrong guesses at the account of EMAIL, so that nobody has to wait to sign in."""
    with writing() as session:
        account = _account_of(session, email)
        changes.unlock_user(session, SYSTEM, account.id)
    click.echo(_("Unlocked: %(email)s", email=account.email))


def _account_of(session: Session, email: str) -> Account:
    account = queries.by_email(session, rules.normal_email(email) or "")
    if account is None:
        raise NotFound(_("There is no such account."))
    return account


def _show_password(password: str) -> None:
    days = rules.ONE_TIME_SHOWN.days
    click.echo(_("One-time password, shown only now: %(password)s", password=password))
    click.echo(ngettext("It is good for %(num)s day.", "It is good for %(num)s days.", days), err=True)


@click.group("token")
def token_commands() -> None:
    """Tokens of programs."""


@token_commands.command("add")
@click.argument("name")
@click.option("--scope", type=click.Choice(list(SCOPES)), required=True, help="What the program may do.")
@click.option("--entity", metavar="CODE", help="The entity that it acts for; needed for the scope 'referrals'.")
def add_token(name: str, scope: str, entity: str | None) -> None:
    """Add a bearer token called NAME and print it, once."""
    with writing() as session:
        secret = services.add_token(session, SYSTEM, name, scope, entity)
    click.echo(secret)


@token_commands.command("revoke")
@click.argument("name")
def revoke_token(name: str) -> None:
    """Revoke the token called NAME at once."""
    with writing() as session:
        services.revoke_token(session, SYSTEM, name)
    click.echo(_("Revoked: %(name)s", name=name))
