"""Opening every sealed record of the installation once, to find those that are damaged: for ``doctor``."""

import sys
from collections.abc import Iterable, Iterator

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage import Damage, journal_damage, noted_damage
from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.intake.models import Visit
from attention_point.intake.queries import BATCH, recount
from attention_point.people import queries as people
from attention_point.people.models import Person
from attention_point.people.services import open_or_note
from attention_point.referrals.models import Referral

MOST_NAMED = 200
"""Records named one by one; of more, how many there are says enough."""


def find_damage(database: Database, _settings: Settings) -> Iterator[str]:
    """Name each record of a person, an attention or a referral that does not open; the journal has them too."""
    with database.reading() as session:
        length = sum(
            session.scalar(select(func.count()).select_from(table)) or 0 for table in (Person, Visit, Referral)
        )
        with click.progressbar(_opened(session), length=length, label=_("Opening"), file=sys.stderr) as bar:
            for _record in bar:
                pass
        damages = noted_damage(session)
    journal_damage(database, SYSTEM, damages)
    return _sentences(damages)


def _opened(session: Session) -> Iterator[object]:
    for rows in people.sealed_batches(session, BATCH):
        for row in rows:
            yield open_or_note(session, row)
    yield from recount(session)  # opens every attention and every referral


def _sentences(damages: Iterable[Damage]) -> Iterator[str]:
    named = list(damages)
    for one in named[:MOST_NAMED]:
        yield _("%(damage)s. Restore it from a backup.", damage=one.sentence)
    if len(named) > MOST_NAMED:
        yield _(
            "%(count)s records more do not open. If it is all of them, the keyring is that of another installation.",
            count=len(named) - MOST_NAMED,
        )


SEALED_RECORDS = Check(N_("Sealed records"), find_damage)
