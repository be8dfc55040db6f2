"""What people need to find the office and what nobody has entered yet: papers and notices leave it out in silence."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.snapshot import PointRow
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings


def list_missing_contacts(session: Session, contact: str | None) -> Iterator[str]:
    """Yield a sentence for each point without address, hours or telephone, and one where CONTACT is not set."""
    for point in queries.list_points(session, clock.today()):
        if missing_labels := list(_list_missing_labels(point)):
            yield _(
                "%(point)s lacks: %(missing)s. Slips and privacy notices do not show it.",
                point=point.name[current_language()],
                missing=", ".join(missing_labels),
            )
    yield from _list_missing_contact(contact)


def _list_missing_labels(point: PointRow) -> Iterator[str]:
    fields = ((N_("address"), point.address), (N_("hours"), point.hours), (N_("telephone"), point.phone))
    return (_(label) for label, value in fields if not value)


def _list_missing_contact(contact: str | None) -> Iterator[str]:
    if not contact:
        yield _(
            "The setting ATTENTION_POINT_CONTACT is empty: privacy notices do not say where people can write to the "
            "office, and the page of open data is not served. Set it to the office's mail address."
        )


def _list_missing_address(settings: Settings) -> Iterator[str]:
    if settings.is_for_this_machine_alone:
        yield _(
            "ATTENTION_POINT_PUBLIC_URL is %(address)s, an address of this machine alone: tablets do not reach it, the "
            "codes on slips and turns lead nowhere, and open data name no address. Set it to the address that people "
            "type.",
            address=settings.public_url,
        )


def list_missing_settings(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each setting that an installation for the public needs and that is not set."""
    yield from _list_missing_address(settings)
    yield from _list_missing_contact(settings.contact)


def check_contacts(database: Database, settings: Settings) -> Iterator[str]:
    """Yield what is missing, for ``doctor``."""
    yield from _list_missing_address(settings)
    with database.read_session() as session:
        yield from list_missing_contacts(session, settings.contact)


MISSING_CONTACTS_CHECK = Check(N_("Address and telephone of the office"), check_contacts, is_advice=True)
