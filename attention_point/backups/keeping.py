"""The daily backup, and which of them are kept: seven days, four weeks, twelve months."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from attention_point.backups.instance_files import name_half, remove_left_halves
from attention_point.backups.services import create_backup
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import Job
from attention_point.foundation.private_files import BACKUP_FOLDER, create_private_folder, write_private_file
from attention_point.foundation.settings import Settings

_NAME = re.compile(r"attention-point-(\d{4}-\d{2}-\d{2})\.age")
_DRILL_FILE = "last-drill"
AGE_HEADER = b"age-encryption.org/"
KEPT_DAYS, KEPT_WEEKS, KEPT_MONTHS = 7, 4, 12


def find_backup_path(settings: Settings, day: date) -> Path:
    """Where the backup of a day stands."""
    return settings.instance / BACKUP_FOLDER / f"attention-point-{day:%Y-%m-%d}.age"


def list_backups(settings: Settings) -> dict[date, Path]:
    """The backups that the job made and that are kept, the newest first. A file that age did not begin is none."""
    folder = settings.instance / BACKUP_FOLDER
    paths = folder.iterdir() if folder.is_dir() else ()
    days = {date.fromisoformat(match[1]): path for path in paths if (match := _NAME.fullmatch(path.name))}
    return {day: days[day] for day in sorted(days, reverse=True) if _is_age_file(days[day])}


def _is_age_file(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(AGE_HEADER)) == AGE_HEADER
    except OSError:  # a folder of this name
        return False


def choose_kept_days(days: Iterable[date]) -> set[date]:
    """Which backups stay: the newest seven, and the newest of each of the last four weeks and twelve months."""
    newest_first = sorted(days, reverse=True)
    weeks = _find_newest(newest_first, [day.isocalendar()[:2] for day in newest_first])
    months = _find_newest(newest_first, [(day.year, day.month) for day in newest_first])
    return {*newest_first[:KEPT_DAYS], *weeks[:KEPT_WEEKS], *months[:KEPT_MONTHS]}


def _find_newest(newest_first: Sequence[date], groups: Sequence[tuple[int, int]]) -> list[date]:
    newest_by_group: dict[tuple[int, int], date] = {}
    for day, group in zip(newest_first, groups, strict=True):
        newest_by_group.setdefault(group, day)
    return list(newest_by_group.values())


def make_daily_backup(database: Database, settings: Settings, period: str) -> None:
    """Make the backup of a day and delete those that the rule keeps no longer. Without recipients there is none."""
    if not settings.backup_recipients:
        return  # doctor says so, each time
    path = find_backup_path(settings, date.fromisoformat(period))
    create_private_folder(path.parent)
    # What a killed one of another day left holds who is erased since.
    remove_left_halves(path.parent.glob(name_half(Path("*")).name))
    # The job may run twice a day, after a crash say: what it made is not made again, what is too old still goes.
    if path not in list_backups(settings).values():
        # An empty file of this name, as a full disk leaves of a copy, would stand for the backup of the day.
        path.unlink(missing_ok=True)
        create_backup(database, settings, path)
    backups = list_backups(settings)
    for day in backups.keys() - choose_kept_days(backups):
        backups[day].unlink(missing_ok=True)


def record_drill(settings: Settings) -> None:
    """Keep the moment at which somebody proved that a backup can be restored."""
    create_private_folder(settings.instance / BACKUP_FOLDER)
    moment = clock.now().isoformat(timespec="seconds")
    write_private_file(settings.instance / BACKUP_FOLDER / _DRILL_FILE, moment.encode())


def find_last_drill(settings: Settings) -> datetime | None:
    """When a backup was last proved to open; None where nobody did, or where the file was altered."""
    try:
        return datetime.fromisoformat((settings.instance / BACKUP_FOLDER / _DRILL_FILE).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def due_daily(today: date) -> str:
    """The period of a daily job: the day itself."""
    return today.isoformat()


BACKUP_JOB = Job("backup", due_daily, make_daily_backup)
