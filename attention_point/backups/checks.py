"""The check of ``doctor`` on the backups. It is advice: the desk opens also where nobody keeps backups yet."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy.orm import Session

from attention_point.backups.keeping import find_last_drill, list_backups
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check, StatusLine
from attention_point.foundation.language import N_, format_date
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings

MAX_BACKUP_AGE = timedelta(days=2)
MAX_DRILL_AGE = timedelta(days=90)


def check_backups(_database: Database, settings: Settings) -> Iterator[str]:
    """Find backups that nobody could open, that are old, or that nobody has tried to restore for long."""
    return _list_findings(settings)


def _list_findings(settings: Settings) -> Iterator[str]:
    if not settings.backup_recipients:
        yield _("No backups are made: ATTENTION_POINT_BACKUP_RECIPIENTS names nobody (docs/operations.md).")
        return
    newest_day = next(iter(list_backups(settings)), None)
    if newest_day is None:
        yield _("There is no backup yet: let a timer call “attention-point jobs run”, or make one by hand.")
    elif clock.today() - newest_day > MAX_BACKUP_AGE:
        yield _("The last backup is of %(day)s. “attention-point jobs list” says why.", day=format_date(newest_day))
    last_drill = find_last_drill(settings)
    if last_drill is None or clock.now() - last_drill > MAX_DRILL_AGE:
        yield _("Nobody has proved for three months that a backup opens: “attention-point backup check”.")


def list_backup_status(_session: Session, settings: Settings) -> Iterator[StatusLine]:
    """When the last backup was made, and when somebody proved that one opens."""
    newest_day, last_drill = next(iter(list_backups(settings)), None), find_last_drill(settings)
    # In order without any: what a demonstration holds is invented, and its keys lie beside it.
    advice = "" if settings.demo else next(iter(_list_findings(settings)), "")
    none = _("none are needed: the people are invented") if settings.demo else _("none")
    value = _("the last one of %(day)s", day=format_date(newest_day)) if newest_day else none
    if last_drill:
        value = f"{value}; {_('checked on %(day)s', day=format_date(clock.local_day(last_drill)))}"
    yield StatusLine(_("Backups"), value, advice)


CHECKS = (Check(N_("Backups"), check_backups, is_advice=True, skips_demo=True),)
