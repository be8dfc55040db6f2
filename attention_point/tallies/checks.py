"""The check of the counts for ``doctor``: whether each opens, and whether what waits is added up."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import list_noted_damage, write_damage_to_journal
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check
from attention_point.foundation.language import N_, format_date
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.tallies.models import PendingTallies
from attention_point.tallies.stored_counts import read_counts

MAX_WAIT = timedelta(days=2)


def check_counts(database: Database, _settings: Settings) -> Iterator[str]:
    """Yield a sentence for each row of counts that does not open, and one where rows wait for too long."""
    with database.read_session() as session:
        read_counts(session)
        oldest_day = session.scalar(select(func.min(PendingTallies.day)))
        damages = list_noted_damage(session)
    write_damage_to_journal(database, SYSTEM, damages)
    yield from (damage.description for damage in damages)
    if oldest_day is not None and oldest_day < clock.today() - MAX_WAIT:
        day = format_date(oldest_day)
        yield _("Counts of %(day)s are not added up yet, which “attention-point jobs run” does.", day=day)


COUNTS_CHECK = Check(N_("Counts"), check_counts)
