"""``attention-point user …`` and ``attention-point token …``."""

import sys

import click

from attention_point.accounts import passwords, queries, rules, services
from attention_point.foundation.access import ROLES, SCOPES, SYSTEM
from attention_point.foundation.commands import reading, refusals, writing
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import NotFound


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
    with refusals():
        stored = services.check_account(new)
        if password_stdin:
            password = passwords.read_line(sys.stdin)
            passwords.check_new(password, stored, new.name)
        else:
            password = passwords.one_time()
        password_hash = passwords.hashed(password)
    with writing() as session:
        services.add_user(session, SYSTEM, new, password_hash, must_change=not password_stdin)
    click.echo(_("Added: %(email)s", email=stored))
    if not password_stdin:
        click.echo(_("One-time password, shown only now: %(password)s", password=password))


@user_commands.command("list")
def list_users() -> None:
    """Every account: address, role, entity, whether it is active."""
    with reading() as session:
        for account in queries.accounts(session):
            state = _("active") if account.active else _("disabled")
            click.echo("\t".join((account.email, account.role, account.entity or "-", state)))


@user_commands.command("disable")
@click.argument("email")
def disable_user(email: str) -> None:
    """Disable the account of EMAIL and end its sessions at once."""
    with writing() as session:
        account = queries.by_email(session, rules.normal_email(email) or "")
        if account is None:
            raise NotFound(_("There is no such active account."))
        services.disable_user(session, SYSTEM, account.id)
    click.echo(_("Disabled: %(email)s", email=account.email))


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
