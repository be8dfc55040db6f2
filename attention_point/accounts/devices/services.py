"""Adds, enrols and revokes devices.

Services take the caller's session and never commit. ``enrol_device`` and ``verify_staff_code`` take the database
instead: a wrong code must be counted although the request fails.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.accounts.devices import queries, rules
from attention_point.accounts.devices.models import Device
from attention_point.accounts.rules import MAX_WAIT
from attention_point.accounts.services import hash_secret
from attention_point.accounts.sign_in import throttle
from attention_point.foundation import clock, journal
from attention_point.foundation.access import DEVICE_KINDS, SYSTEM, Actor
from attention_point.foundation.database import Database, new_id
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import Conflict, FieldError, Invalid, NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.network.ip_addresses import get_visitor_network
from attention_point.foundation.vault import Vault, get_vault

NAME_MAX_LENGTH = 60
# Neither is the prefix of an account's token: each opens other addresses. What a browser keeps in its cookie is no
# program's token, or whoever takes it from a tablet would record visits without an agent.
PROGRAM_PREFIX, BROWSER_PREFIX = "apd_", "apb_"
TOKEN_PREFIXES = (PROGRAM_PREFIX, BROWSER_PREFIX)
# One sentence for every cause, so that a guesser learns nothing.
_STAFF_CODE_PURPOSE = "device-staff-code"
_WRONG_CODE = N_("This code is not right, was used already, or is over its time. Ask for a new one.")


@dataclass(frozen=True, slots=True)
class NewDevice:
    """The values of a new device: its name, the code of its point, and its kind."""

    name: str
    point: str
    kind: str = "tablet"


@dataclass(frozen=True, slots=True)
class DeviceCodes:
    """What is shown once: the enrolment code with its end, and a kiosk's staff code."""

    device_id: UUID
    enrolment_code: str
    expires_at: datetime
    staff_code: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The token of a device, for the device alone, and the actor that the device is."""

    token: str
    device: Actor


def build_device_actor(row: Device | queries.DeviceRow) -> Actor:
    """The actor that a device is."""
    permissions = DEVICE_KINDS.get(row.kind, frozenset())
    return Actor("device", row.id, row.name, row.kind, permissions, point=row.point)


def add_device(session: Session, actor: Actor, new_device: NewDevice) -> DeviceCodes:
    """Add a device and return its codes, which are stored nowhere.

    Raises Invalid for a wrong field, Conflict for a name that another device in force has.
    """
    name = texts.normalise_text(new_device.name)
    # Two who add at once never choose the same letter or name.
    lock_for_transaction(session, b"add-device")
    if errors := _list_errors(session, name, new_device):
        raise Invalid(_("The device cannot be added like this."), tuple(errors))
    if queries.find_device_by_name(session, name):
        raise Conflict(_("There is a device with this name already."), code="device_exists")
    device = Device(id=new_id(), name=name, point=new_device.point, kind=new_device.kind, added_at=clock.now())
    if device.kind != "screen":
        device.letter = _find_free_letter(session, device.point, device.added_at)
    codes = _give_enrolment_code(session, device)
    session.add(device)
    # Now, and not at the commit: the journal names the device, and a name that is taken is refused here.
    session.flush()
    journal.record(session, actor, "device.add", "device", device.id, kind=device.kind, point=device.point)
    return codes


def _list_errors(session: Session, name: str, new_device: NewDevice) -> list[FieldError]:
    errors = []
    if not texts.is_fit_text(name):
        errors.append(FieldError("name", _(texts.UNFIT_CHARACTERS)))
    elif not 0 < len(name) <= NAME_MAX_LENGTH:
        errors.append(FieldError("name", _("Write a name of at most 60 characters, like 'Tablet 1'.")))
    if new_device.point not in queries.list_point_names(session):
        errors.append(FieldError("point", _("The directory has no such point. Choose one from the list.")))
    if new_device.kind not in DEVICE_KINDS:
        errors.append(FieldError("kind", _("Choose what the device is for.")))
    return errors


def _find_free_letter(session: Session, point: str, now: datetime) -> str | None:
    rows = session.execute(select(Device.letter, Device.revoked_at).where(Device.point == point))
    # Turns of today may carry the letter of a device that was revoked today.
    today = clock.local_day(now)
    used_letters = {letter for letter, moment in rows if moment is None or clock.local_day(moment) >= today}
    return rules.find_free_letter({letter for letter in used_letters if letter})


def renew_codes(session: Session, actor: Actor, device_id: UUID) -> DeviceCodes:
    """Give a device new codes. Its token works until the new enrolment code is used. Raises NotFound."""
    device = _get_device_in_force(session, device_id)
    codes = _give_enrolment_code(session, device)
    journal.record(session, actor, "device.code", "device", device.id)
    return codes


def _give_enrolment_code(session: Session, device: Device) -> DeviceCodes:
    vault, code = get_vault(session), rules.create_enrolment_code()
    # A kiosk stands among visitors: who leaves it must be known. The other kinds have no locked page.
    staff_code = rules.create_staff_code() if device.kind == "kiosk" else None
    expires_at = clock.now() + rules.CODE_LIFETIME
    device.code_digest, device.code_expires_at = _digest_enrolment_code(vault, code)[0], expires_at
    device.staff_code_digest = (
        vault.keyed_digest(_STAFF_CODE_PURPOSE, _build_staff_code_content(device.id, staff_code))
        if staff_code
        else None
    )
    return DeviceCodes(device.id, code, expires_at, staff_code)


def _digest_enrolment_code(vault: Vault, code: str) -> list[bytes]:
    # Keyed: a thief of the database could try all codes against a plain digest. The first is the one to store.
    return vault.keyed_digests("device-enrolment-code", rules.normalise_enrolment_code(code).encode())


def _build_staff_code_content(device_id: UUID, code: str) -> bytes:
    return device_id.bytes + code.strip().encode()


def revoke_device(session: Session, actor: Actor, device_id_or_name: UUID | str) -> Device:
    """Revoke a device by its id or its name: its next request is refused. Raises NotFound if none in force has it."""
    device = _get_device_in_force(session, device_id_or_name)
    # The digest of the token stays, so that the tablet is told that it was revoked.
    device.revoked_at, device.code_digest, device.code_expires_at = clock.now(), None, None
    journal.record(session, actor, "device.revoke", "device", device.id)
    return device


def _get_device_in_force(session: Session, device_id_or_name: UUID | str) -> Device:
    if isinstance(device_id_or_name, UUID):
        device = session.get(Device, device_id_or_name, with_for_update=True)
    else:
        device = queries.find_device_by_name(session, texts.show_unfit(device_id_or_name))
    if device is None or device.revoked_at is not None:
        raise NotFound(_("There is no such device in force."))
    return device


def enrol_device(database: Database, typed_code: str, address: str, prefix: str = PROGRAM_PREFIX) -> Enrolment:
    """Give the device of an enrolment code its token, once. ``address`` is the network address of the request.

    A device that was enrolled before gets a new token, and the token before it opens nothing more. Raises Invalid for
    a code that is wrong, used or over its time, TooManyTries for too many wrong ones.
    """
    with database.write_session() as session:
        vault = get_vault(session)
        attempt = _count_attempt(session, "enrolment-code", rules.normalise_enrolment_code(typed_code)[:50], address)
    token = prefix + secrets.token_urlsafe(32)
    with database.write_session() as session:
        now = clock.now()
        # One statement reads and uses up the code: of two who type it at once, one gets the token.
        device_id = session.scalar(
            update(Device)
            .where(
                Device.code_digest.in_(_digest_enrolment_code(vault, typed_code)),
                Device.revoked_at.is_(None),
                Device.code_expires_at > now,
                # An end that is farther away was written by a wrong clock.
                Device.code_expires_at <= now + rules.CODE_LIFETIME + MAX_WAIT,
            )
            .values(
                code_digest=None,
                code_expires_at=None,
                token_digest=hash_secret(token),
                enrolled_at=now,
                last_contact_at=now,
            )
            .returning(Device.id)
        )
        if device_id is not None:
            throttle.forgive_attempt(session, attempt)
            device = build_device_actor(queries.get_device(session, device_id))
            journal.record(session, device, "device.enrol", "device", device_id)
            return Enrolment(token, device)
        # Without the typed code: it may be a right one with a slip of the finger.
        journal.record(session, SYSTEM, "device.enrol-failed", "device", None)
    raise Invalid(_("Some fields need attention."), (FieldError("code", _(_WRONG_CODE)),))


def verify_staff_code(database: Database, device: Actor, code: str) -> None:
    """Check the code by which staff leave a kiosk. Raises Invalid, or TooManyTries for too many wrong ones."""
    with database.write_session() as session:
        vault, device_id = get_vault(session), queries.get_device(session, device.id).id
        digest = queries.get_device(session, device.id).staff_code_digest
        # Of this very code: visitors may use up its tries, and a new one from the page of devices opens at once.
        counted_code = f"{device_id} {(digest or b'').hex()}"
        attempt = _count_attempt(session, "staff-code", counted_code, counted_code)
    # In constant time: how long a comparison takes must not tell how many digits are right.
    content = _build_staff_code_content(device_id, code)
    if digest is None or not vault.matches_digest(_STAFF_CODE_PURPOSE, content, digest):
        raise Invalid(_("Some fields need attention."), (FieldError("code", _("This code is not right.")),))
    with database.write_session() as session:
        throttle.forgive_attempt(session, attempt)
        journal.record(session, device, "device.staff-code", "device", device_id)


def _count_attempt(session: Session, purpose: str, own_name: str, origin: str) -> throttle.CountedAttempt:
    """Count a try under keys of this purpose alone: who mistypes a device's code is not kept from signing in."""
    vault = get_vault(session)
    own_key = vault.keyed_digest(purpose, own_name.encode())
    origin_key = vault.keyed_digest(f"{purpose}-origin", get_visitor_network(origin).encode())
    return throttle.count_sign_in_attempt(session, own_key, origin_key, clock.now())
