"""What the page of the system says of the tablets, kiosks and screens."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy.orm import Session

from attention_point.accounts.devices.queries import list_devices
from attention_point.foundation import clock
from attention_point.foundation.doctor import StatusLine
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings

MAX_SILENCE = timedelta(days=7)
"""The point is closed at weekends, and a tablet may rest for some days."""


def list_device_status(session: Session, _settings: Settings) -> Iterator[StatusLine]:
    """How many devices are in use, and which of them have been silent for a week: one may be lost."""
    in_force = [device for device in list_devices(session) if device.revoked_at is None and device.enrolled_at]
    silent = [
        device.name
        for device in in_force
        if clock.now() - (device.last_contact_at or device.enrolled_at or clock.now()) > MAX_SILENCE
    ]
    advice = ""
    if silent:
        advice = _("Silent for a week: %(names)s. If one is lost, revoke it.", names=", ".join(silent))
    value = _("%(count)s in use", count=len(in_force))
    yield StatusLine(_("Devices"), value, advice, "devices.list_devices")
