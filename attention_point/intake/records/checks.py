"""The check of ``doctor`` that opens every sealed record of the installation once, to find those that are damaged."""

import sys
from collections.abc import Iterable, Iterator

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import (
    DamagedValue,
    list_noted_damage,
    write_damage_to_journal,
)
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.intake.models import Visit
from attention_point.intake.recount import BATCH_SIZE, recount_all
from attention_point.people import queries as people_queries
from attention_point.people.models import Person
from attention_point.people.records import open_person_or_note
from attention_point.referrals.models import Referral

# Records named one by one. When the keyring is lost all of them are damaged, and the list would scroll the reason away.
MAXIMUM_NAMED = 200


def list_damaged_records(database: Database, _settings: Settings) -> Iterator[str]:
    """Name each record of a person, a visit or a referral that does not open. The journal keeps them too."""
    with database.read_session() as session:
        length = sum(
            session.scalar(select(func.count()).select_from(table)) or 0 for table in (Person, Visit, Referral)
        )
        with click.progressbar(_open_all_records(session), length=length, label=_("Opening"), file=sys.stderr) as bar:
            for _record in bar:
                pass
        damages = list_noted_damage(session)
    # A reading session writes nothing, so that the journal gets them in a session of its own.
    write_damage_to_journal(database, SYSTEM, damages)
    return _describe_damages(damages)


def _open_all_records(session: Session) -> Iterator[object]:
    # In batches: an installation of many years may have more records than memory.
    for rows in people_queries.list_sealed_batches(session, BATCH_SIZE):
        for row in rows:
            yield open_person_or_note(session, row)
    yield from recount_all(session)  # opens every attention and every referral


def _describe_damages(damages: Iterable[DamagedValue]) -> Iterator[str]:
    listed_damages = list(damages)
    for damage in listed_damages[:MAXIMUM_NAMED]:
        yield _("%(damage)s. Restore it from a backup.", damage=damage.description)
    if len(listed_damages) > MAXIMUM_NAMED:
        yield _(
            "%(count)s more records do not open. If no record opens, the keyring belongs to another installation.",
            count=len(listed_damages) - MAXIMUM_NAMED,
        )


SEALED_RECORDS_CHECK = Check(N_("Sealed records"), list_damaged_records)
