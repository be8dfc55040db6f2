"""The commands ``attention-point keys …``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.commands import FILE_TO_READ, FILE_TO_WRITE, report_errors, use_database
from attention_point.foundation.database import Database
from attention_point.foundation.database.migrations import has_pending_migrations
from attention_point.foundation.errors import AppError
from attention_point.foundation.language import format_date, format_number
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import write_private_file
from attention_point.foundation.settings import read_settings
from attention_point.foundation.vault import Keyring, KeySet
from attention_point.foundation.vault.keyring import DERIVE, KEY_KINDS
from attention_point.keys import checks, renewal, services, shares

_KINDS = click.argument("kinds", nargs=-1, type=click.Choice(list(KEY_KINDS)))


@click.group("keys")
def keys_commands() -> None:
    """The keys of the keyring: rotate them while the desk works, remove old ones, keep a copy in two shares."""


@contextmanager
def _use_current_database() -> Iterator[Database]:
    # Of an older one not all rows are known that stand under a key, and the keyring must not change before they are.
    with use_database() as database:
        if has_pending_migrations(database):
            raise AppError(_("The database is older than the program: run 'attention-point init' first."))
        yield database


@keys_commands.command("status")
def show_status() -> None:
    """Say which versions of each key there are, and how many rows wait on each."""
    with _use_current_database() as database:
        keyring = Keyring.load(read_settings().keyring)
        with database.read_session() as session:
            for kind, label in KEY_KINDS.items():
                keys = keyring.get_keys(kind)
                click.echo(f"{kind}: {_(label)}")
                counts = {
                    rotation.label: renewal.count_by_version(session, rotation)
                    for rotation in services.list_rotations(database, kind)
                }
                held_versions = {version for count in counts.values() for version in count}
                # Also the versions that the keyring lacks: what stands under them does not open, and somebody must
                # learn of it.
                for version in sorted({*keys.keys, *held_versions}):
                    click.echo(f"  {_describe_version(keys, version)}")
                    for name, count in counts.items():
                        if count[version]:
                            click.echo(f"    {_(name)}: {format_number(count[version])}")


def _describe_version(keys: KeySet, version: int) -> str:
    since = keys.since.get(version)
    if version == keys.current:
        state = _("in use since %(day)s", day=format_date(clock.local_day(since))) if since else _("in use")
    elif version > keys.current and version in keys.keys:
        state = _("prepared")
    else:
        state = _("old") if version in keys.keys else _("not in the keyring: what stands under it does not open")
    return _("version %(version)s, %(state)s", version=version, state=state)


@keys_commands.command("rotate")
@_KINDS
@click.option("--prepare", is_flag=True, help="Only add a version to the keyring, to be copied to further machines.")
@click.option("--resume", is_flag=True, help="Make no further version: only renew what stands under old ones.")
def rotate_keys(kinds: tuple[str, ...], prepare: bool, resume: bool) -> None:
    """Write under new keys from now on, and renew what stands under the old ones. Safe to repeat.

    Without KINDS all three keys are rotated. A rotation that was interrupted goes on where it stopped.
    """
    path, kinds = _find_keyring(), kinds or tuple(KEY_KINDS)
    waiting = 0
    with _use_current_database() as database, services.change_keys(database):
        for kind in kinds if prepare or resume else _list_kinds_left(database, path, kinds):
            if prepare:
                version = services.prepare_rotation(database, path, kind)
                click.echo(_("%(kind)s: version %(version)s is prepared.", kind=kind, version=version))
                continue
            if not resume:
                version = services.begin_rotation(database, path, kind)
                click.echo(_("%(kind)s: version %(version)s is in use.", kind=kind, version=version))
            waiting += _renew_all(database, kind)
    if waiting:
        # A script must notice that the old version cannot be removed yet.
        raise click.exceptions.Exit(1)


def _find_keyring() -> Path:
    """The keyring's file of the settings. Ends the command where they are wrong."""
    with report_errors():
        return read_settings().keyring


def _list_kinds_left(database: Database, path: Path, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds from the one on whose rotation was interrupted: those before it had been rotated by then."""
    interrupted = [place for place, kind in enumerate(kinds) if services.is_interrupted(database, path, kind)]
    return kinds[min(interrupted, default=0) :]


def _renew_all(database: Database, kind: str) -> int:
    left_over, rotations = 0, services.list_rotations(database, kind)
    with database.read_session() as session:
        counts = renewal.count_waiting(session, rotations)
    # All at once: a transaction for each would hold the database as long as a batch does, and many times in a row.
    renewal.store_nothing_waits(database, [rotation for rotation in rotations if not counts[rotation.label]])
    for rotation in rotations:
        waiting = counts[rotation.label]
        if not waiting:
            continue
        with click.progressbar(length=waiting, label=_(rotation.label)) as bar:
            left = renewal.renew_rows(database, rotation, bar.update)
        click.echo(_("%(name)s: %(count)s renewed.", name=_(rotation.label), count=format_number(waiting - left)))
        if left:
            click.echo(
                _(
                    "%(name)s: %(count)s do not open and stay under their old key (see the journal).",
                    name=_(rotation.label),
                    count=format_number(left),
                ),
                err=True,
            )
        left_over += left
    return left_over


@keys_commands.command("remove")
@click.argument("kind", type=click.Choice(list(KEY_KINDS)))
@click.argument("version", type=click.IntRange(min=1))
@click.option("--now", "at_once", is_flag=True, help="Do not wait until what was derived under it has ended.")
def remove_key_version(kind: str, version: int, at_once: bool) -> None:
    """Remove an old VERSION of a key of this KIND. Refused while anything stands under it."""
    path = _find_keyring()
    with _use_current_database() as database, services.change_keys(database):
        services.end_version(database, path, kind, version, at_once=at_once)
    click.echo(_("%(kind)s: version %(version)s is removed.", kind=kind, version=version))
    if kind != DERIVE:
        click.echo(_("Backups of before the rotation open with a copy of the keyring of that time alone."))


@keys_commands.command("split")
@click.argument("first", type=FILE_TO_WRITE)
@click.argument("second", type=FILE_TO_WRITE)
def split_keyring_file(first: Path, second: Path) -> None:
    """Write the keyring as two shares, to print and to give to two people. One of them alone tells nothing."""
    with use_database() as database:
        keyring = Keyring.load(read_settings().keyring)
        for file, text in zip((first, second), shares.split_keyring(keyring), strict=True):
            try:
                # Never over another file: it may be the share of another keyring, and the last copy of it.
                write_private_file(file, text.encode("ascii"), replace=False)
            except OSError as error:
                raise AppError(_("%(file)s cannot be written: %(reason)s", file=file, reason=error.strerror)) from None
        with database.write_session() as session:
            journal.record(session, SYSTEM, "keys.split", "keyring", None)
    click.echo(_("Print both, give each to another person, delete the files, and try them: “keys join --check”."))


@keys_commands.command("join")
@click.argument("first", type=FILE_TO_READ)
@click.argument("second", type=FILE_TO_READ)
@click.option("--check", is_flag=True, help="The drill: only compare with the keyring in use. Nothing is written.")
def join_share_files(first: Path, second: Path, check: bool) -> None:
    """Put the keyring together from its two shares. An existing keyring is never overwritten."""
    with report_errors():
        settings = read_settings()
        # Without a database: on the machine where two people put a lost keyring together there may be none yet.
        texts = tuple(_read_text(file) for file in (first, second))
        keyring = shares.join_shares((texts[0], texts[1]))
        if not check:
            keyring.write_new(settings.keyring)
            click.echo(_("The keyring stands at %(path)s.", path=settings.keyring))
            return
        if keyring != Keyring.load(settings.keyring):
            raise AppError(_("The shares are of another keyring, or of before a rotation: split it again."))
        checks.record_drill(settings)
    click.echo(_("The two shares make the keyring in use."))


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise AppError(_("%(file)s cannot be read as a share.", file=file)) from None
