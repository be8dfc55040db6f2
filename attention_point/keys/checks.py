"""What ``doctor`` and the page of the system say of the keys: advice, never a reason not to open the desk."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check, StatusLine
from attention_point.foundation.language import N_, format_date
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import write_private_file
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import Keyring, KeyringError
from attention_point.foundation.vault.keyring import KEY_KINDS
from attention_point.keys import renewal
from attention_point.keys.models import KeyRotation

DRILL_FILE = "keyring-drill"
MAX_DRILL_AGE = timedelta(days=365)
OLD_KEY_TERM = timedelta(days=90)
"""An old key that nothing needs is a risk and no help: after this time ``doctor`` says that it can go."""


def record_drill(settings: Settings) -> None:
    """Note that two shares made the keyring in use. The file's time is the drill's; it stands beside the keyring."""
    path = _find_drill_file(settings)
    write_private_file(path, b"")
    # By the program's clock and not the disk's: the same clock says later how long ago it was.
    moment = clock.now().timestamp()
    os.utime(path, (moment, moment))


def find_last_drill(settings: Settings) -> datetime | None:
    """When two shares made the keyring in use last; None if they never did."""
    try:
        return datetime.fromtimestamp(_find_drill_file(settings).stat().st_mtime, UTC)
    except OSError:
        return None


def _find_drill_file(settings: Settings) -> Path:
    return settings.keyring.with_name(DRILL_FILE)


def check_keys(database: Database, settings: Settings) -> Iterator[str]:
    """Find rotations that stopped, old keys that can go, and shares that nobody tried for a year."""
    with database.read_session() as session:
        yield from _list_findings(session, settings)
        waiting = renewal.count_waiting(session, session.info.get(renewal.SESSION_KEY, ()))
    if count := sum(waiting.values()):
        yield _("%(count)s rows stand under an old key: run “attention-point keys rotate --resume”.", count=count)


def _list_findings(session: Session, settings: Settings) -> Iterator[str]:
    if settings.demo:
        return  # its people are invented
    if session.scalar(select(KeyRotation.name).where(KeyRotation.finished_at.is_(None)).limit(1)) is not None:
        yield _("A rotation of the keys was interrupted: run “attention-point keys rotate” again.")
    for kind, version in _list_old_versions(settings):
        yield _(
            "An old key can go: “attention-point keys remove %(kind)s %(version)s”.",
            kind=kind,
            version=version,
        )
    last_drill = find_last_drill(settings)
    # Nobody is reminded who never made shares: a sealed copy of the keyring serves the same end (decision 64).
    if last_drill is not None and clock.now() - last_drill > MAX_DRILL_AGE:
        yield _("Nobody has tried the shares of the keyring for a year: “attention-point keys join --check”.")


def _list_old_versions(settings: Settings) -> Iterator[tuple[str, int]]:
    try:
        keyring = Keyring.load(settings.keyring)
    except KeyringError:  # another check says it
        return
    for kind in KEY_KINDS:
        keys = keyring.get_keys(kind)
        since = keys.since.get(keys.current)
        if since is not None and clock.now() - since > OLD_KEY_TERM:
            # A prepared version is newer than the current one: it waits to be used, and is none to remove.
            yield from ((kind, version) for version in sorted(keys.keys) if version < keys.current)


def list_key_status(session: Session, settings: Settings) -> Iterator[StatusLine]:
    """When the keys were rotated last, and what somebody should do about them."""
    try:
        keyring = Keyring.load(settings.keyring)
    except KeyringError as error:
        yield StatusLine(_("Keys"), _("not readable"), error.message)
        return
    if session.info.get("is_keyring_refused"):
        advice = _(
            "The keyring's file is another installation's, or a copy of before a rotation. The desk goes on with the "
            "keys that it had; once it starts anew nothing opens. Put back the right file."
        )
        yield StatusLine(_("Keys"), _("not those of the file"), advice)
        return
    moments = [moment for kind in KEY_KINDS for moment in keyring.get_keys(kind).since.values()]
    value = _("rotated on %(day)s", day=format_date(clock.local_day(max(moments)))) if moments else _("never rotated")
    if last_drill := find_last_drill(settings):
        value = f"{value}; {_('shares tried on %(day)s', day=format_date(clock.local_day(last_drill)))}"
    yield StatusLine(_("Keys"), value, next(iter(_list_findings(session, settings)), ""))


CHECKS = (Check(N_("Keys"), check_keys, is_advice=True),)
