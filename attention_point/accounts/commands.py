"""The command line of accounts: ``attention-point user …`` and ``attention-point token …``."""

import sys
from collections.abc import Callable
from uuid import UUID

import click
from sqlalchemy.orm import Session

from attention_point.accounts import passwords, queries, rules, services
from attention_point.accounts.administration import account_changes, account_list
from attention_point.accounts.models import Account
from attention_point.accounts.second_factor import way_back
from attention_point.foundation import clock
from attention_point.foundation.access import ROLES, SCOPES, SYSTEM, Actor
from attention_point.foundation.commands import read_session, use_database, write_session
from attention_point.foundation.errors import AppError, NotFound
from attention_point.foundation.language import format_time, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import read_settings


@click.group("user")
def user_commands() -> None:
    """Accounts of staff and partner entities."""


@user_commands.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(list(ROLES)), required=True, help="The role of the account.")
@click.option("--entity", metavar="CODE", help="The entity that it acts for; for the role 'entity' alone.")
@click.option("--name", help="The name that pages show; else the part of the address before the @.")
# Never as an argument: other users of the machine can list the arguments of a process.
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; it need not be changed.")
def add_account(email: str, role: str, entity: str | None, name: str | None, password_stdin: bool) -> None:
    """Add an account for EMAIL. Without --password-stdin a one-time password is printed, once."""
    new_account = services.NewAccount(email, name or email.partition("@")[0], role, entity)
    with use_database() as database:
        with database.read_session() as session:
            stored_email = services.check_new_account(session, new_account)
        # Between the two sessions: nobody who writes waits while the password is typed and hashed.
        if password_stdin:
            password, lifetime = passwords.read_password_line(sys.stdin), None
            passwords.check_new_password(password, stored_email, new_account.name)
        else:
            password, lifetime = passwords.generate_one_time_password(), rules.SHOWN_PASSWORD_LIFETIME
        password_hash = passwords.hash_password(password)
        must_change = not password_stdin
        with database.write_session() as session:
            services.add_account(
                session, SYSTEM, new_account, password_hash, must_change=must_change, password_lifetime=lifetime
            )
    click.echo(_("Added: %(email)s", email=stored_email))
    if not password_stdin:
        _print_one_time_password(password)


@user_commands.command("list")
def list_accounts() -> None:
    """Every account: address, role, entity, state, last sign-in."""
    with read_session() as session:
        for row in account_list.list_account_rows(session, clock.now()):
            account, moment = row.account, row.account.last_sign_in_at
            last_sign_in = f"{clock.to_local_time(moment):%Y-%m-%d %H:%M}" if moment else "-"
            columns = (account.email, account.role, account.entity or "-", _format_account_state(row), last_sign_in)
            click.echo("\t".join(columns))


def _format_account_state(row: account_list.AccountRow) -> str:
    state = _(account_list.STATE_LABELS[row.state].label).lower()
    if row.locked_until is None:
        return state
    return _("%(state)s, locked until %(time)s", state=state, time=format_time(row.locked_until))


@user_commands.command("disable")
@click.argument("email")
def disable_account(email: str) -> None:
    """Disable the account of EMAIL and end its sessions at once."""
    click.echo(_("Disabled: %(email)s", email=_change_account(email, account_changes.disable_account)))


@user_commands.command("enable")
@click.argument("email")
def enable_account(email: str) -> None:
    """Let the disabled account of EMAIL sign in again, with the password that it had."""
    click.echo(_("Enabled: %(email)s", email=_change_account(email, account_changes.enable_account)))


@user_commands.command("reset")
@click.argument("email")
@click.option("--mail", is_flag=True, help="Mail the password to EMAIL instead of printing it; it is good for a day.")
def reset_account_password(email: str, mail: bool) -> None:
    """Give the account of EMAIL a one-time password, printed once, and end its sessions."""
    with use_database() as database:
        settings = read_settings()
        if mail and settings.mail_server is None:
            raise AppError(_("No mail server is set, so nothing can be mailed."))
        password = passwords.generate_one_time_password()
        password_hash = passwords.hash_password(password)
        with database.write_session() as session:
            account = _get_account_by_email(session, email)
            site_url = settings.public_url if mail else None
            account_changes.reset_password(session, SYSTEM, account.id, password, password_hash, site_url)
    click.echo(_("Reset: %(email)s", email=account.email))
    if mail:
        click.echo(_("The one-time password is waiting to be mailed: the next 'jobs run' or 'mail send' sends it."))
    else:
        _print_one_time_password(password)


@user_commands.command("edit")
@click.argument("email")
@click.option("--name", help="The name that pages show.")
@click.option("--role", type=click.Choice(list(ROLES)), help="The new role of the account. Its sessions end.")
@click.option("--entity", metavar="CODE", help="The new entity of the account. Its sessions end.")
def edit_account(email: str, name: str | None, role: str | None, entity: str | None) -> None:
    """Change the name, the role or the entity of the account of EMAIL."""
    if name is None and role is None and entity is None:
        raise click.UsageError(_("Say what to change: --name, --role or --entity."))
    with write_session() as session:
        account = _get_account_by_email(session, email)
        stored_values = account_changes.build_account_values(account)
        new_role = stored_values.role if role is None else role
        # An account that no longer acts for an entity loses it. An entity that the caller names is always checked.
        kept_entity = stored_values.entity if new_role == "entity" else None
        values = account_changes.AccountValues(
            stored_values.name if name is None else name, new_role, kept_entity if entity is None else entity
        )
        changed = account_changes.edit_account(session, SYSTEM, account.id, values)
    click.echo(_("Changed: %(email)s", email=account.email) if changed else _("Nothing to change."))


@user_commands.command("unlock")
@click.argument("email")
def unlock_account(email: str) -> None:
    """Clear the failed sign-ins of the account of EMAIL, so that nobody has to wait to sign in."""
    click.echo(_("Unlocked: %(email)s", email=_change_account(email, account_changes.unlock_account)))


@user_commands.command("way-back")
@click.argument("email")
@click.option("--reason", required=True, help="What happened, for the one who confirms.")
def ask_way_back(email: str, reason: str) -> None:
    """Print the first half of a code for the owner of EMAIL, who lost the device of the second step."""
    with write_session() as session:
        account = _get_account_by_email(session, email)
        code = way_back.ask_way_back(session, SYSTEM, account.id, reason)
        second_half = way_back.confirm_alone(session, SYSTEM, account.id)
    if second_half is None:
        click.echo(_("First half of the code, shown only now: %(code)s", code=code))
        message = _("Within a day a supervisor or another administrator must confirm on the page 'Lost devices'.")
        click.echo(message, err=True)
    else:
        click.echo(_("Code, shown only now: %(code)s", code=f"{code}-{second_half}"))
        click.echo(_("Nobody else could confirm it, so it is whole. It is good for a day."), err=True)


def _change_account(email: str, change: Callable[[Session, Actor, UUID], None]) -> str:
    """Make a change to the account of an address. Returns the address as it is stored."""
    with write_session() as session:
        account = _get_account_by_email(session, email)
        change(session, SYSTEM, account.id)
        return account.email


def _get_account_by_email(session: Session, email: str) -> Account:
    account = queries.find_account_by_email(session, rules.normalise_email(email) or "")
    if account is None:
        raise NotFound(_("There is no such account."))
    return account


def _print_one_time_password(password: str) -> None:
    days = rules.SHOWN_PASSWORD_LIFETIME.days
    click.echo(_("One-time password, shown only now: %(password)s", password=password))
    # On stderr, so that a script can read the password from stdout.
    click.echo(ngettext("It is good for %(num)s day.", "It is good for %(num)s days.", days), err=True)


@click.group("token")
def token_commands() -> None:
    """Tokens of programs."""


@token_commands.command("add")
@click.argument("name")
@click.option(
    "--scope",
    type=click.Choice(list(SCOPES)),
    required=True,
    help="The scope of the token: the only requests that it allows.",
)
@click.option("--entity", metavar="CODE", help="The entity that it acts for; needed for the scope 'referrals'.")
def add_token(name: str, scope: str, entity: str | None) -> None:
    """Add a bearer token called NAME and print it, once."""
    with write_session() as session:
        secret = services.add_token(session, SYSTEM, name, scope, entity)
    click.echo(secret)


@token_commands.command("revoke")
@click.argument("name")
def revoke_token(name: str) -> None:
    """Revoke the token called NAME at once."""
    with write_session() as session:
        services.revoke_token(session, SYSTEM, name)
    click.echo(_("Revoked: %(name)s", name=name))
