"""The checks of ``doctor`` on the published months."""

from collections.abc import Iterator

from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check
from attention_point.foundation.language import N_
from attention_point.foundation.settings import Settings
from attention_point.statistics.open_data import public_files
from attention_point.statistics.releases import queries


def check_published_months(database: Database, settings: Settings) -> Iterator[str]:
    """Yield a sentence for each release, and each of its public files, that was altered."""
    with database.read_session() as session:
        yield from queries.list_altered_releases(session)
        yield from public_files.list_altered_files(session, settings)


PUBLISHED_MONTHS_CHECK = Check(N_("Published months"), check_published_months)
