"""What ``doctor`` says of the published months: releases and public files that are no longer what was published."""

from collections.abc import Iterator

from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check
from attention_point.foundation.language import N_
from attention_point.foundation.settings import Settings
from attention_point.statistics import open_data, released


def check_published(database: Database, settings: Settings) -> Iterator[str]:
    """Each version of a month, and each of its files, that was altered."""
    with database.reading() as session:
        yield from released.altered(session)
        yield from open_data.altered(session, settings)


PUBLISHED_MONTHS = Check(N_("Published months"), check_published)
