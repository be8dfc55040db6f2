"""The command line of devices: ``attention-point device …``."""

import click

from attention_point.accounts.devices import queries, services
from attention_point.foundation import clock
from attention_point.foundation.access import DEVICE_KINDS, SYSTEM
from attention_point.foundation.commands import read_session, write_session
from attention_point.foundation.language import format_datetime
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import read_settings


@click.group("device")
def device_commands() -> None:
    """Tablets, kiosks and screens of the points."""


@device_commands.command("add")
@click.argument("name")
@click.option("--point", metavar="CODE", required=True, help="The code of the point where the device is.")
@click.option(
    "--kind", type=click.Choice(list(DEVICE_KINDS)), default="tablet", show_default=True, help="What the device is for."
)
def add_device(name: str, point: str, kind: str) -> None:
    """Add a device called NAME and print its enrolment code, once."""
    with write_session() as session:
        codes = services.add_device(session, SYSTEM, services.NewDevice(name, point, kind))
    click.echo(codes.enrolment_code)
    # On stderr, so that a script can read the code from stdout.
    address = f"{read_settings().public_url}/devices/enrol"
    click.echo(
        _("Good until %(time)s: type it at %(address)s", time=format_datetime(codes.expires_at), address=address),
        err=True,
    )
    if codes.staff_code:
        click.echo(_("Staff leave the kiosk with this code: %(code)s", code=codes.staff_code), err=True)


@device_commands.command("list")
def list_devices() -> None:
    """Every device: name, point, kind, state, last contact."""
    with read_session() as session:
        for device in queries.list_devices(session):
            # Digits, not words as on the page: the output is for scripts too.
            moment = device.last_contact_at
            last_contact = f"{clock.to_local_time(moment):%Y-%m-%d %H:%M}" if moment else "-"
            state = "revoked" if device.revoked_at else "enrolled" if device.enrolled_at else "waiting"
            words = {"revoked": _("revoked"), "enrolled": _("enrolled"), "waiting": _("waiting for its code")}
            click.echo("\t".join((device.name, device.point, device.kind, words[state], last_contact)))


@device_commands.command("revoke")
@click.argument("name")
def revoke_device(name: str) -> None:
    """Revoke the device called NAME at once."""
    with write_session() as session:
        services.revoke_device(session, SYSTEM, name)
    click.echo(_("Revoked: %(name)s", name=name))
