"""What a person's data were used for: who opened or changed them, and when, from the journal (Ley 1581, art. 8 c).

The people of the office are named by their part in it and not by name: the person asks what was done with the data,
and an agent's safety counts too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.accounts.models import Account
from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.journal import queries as journal_queries
from attention_point.foundation.journal.naming import parse_uuids
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.intake.queries import ListedVisit
from attention_point.referrals.decrypted_referrals import ListedReferral

MOST_USES = 500
"""How many uses are told; the newest ones."""
_ROLE_LABELS = {
    "agent": N_("Attention point"),
    "supervisor": N_("Supervisor of the attention point"),
    "office": N_("International Affairs Office"),
    "auditor": N_("Auditor"),
    "admin": N_("Administrator of the system"),
}


@dataclass(frozen=True, slots=True)
class DataUse:
    """One use: when (with the zone of the point), by whom, what was done, in words and by its ``code``."""

    at: str
    by: str
    action: str
    code: str


ListedRecord = ListedVisit | ListedReferral


def list_data_uses(session: Session, people: Sequence[UUID], records: Iterable[ListedRecord]) -> list[DataUse]:
    """Who opened or changed the data of one person, the newest first, at most ``MOST_USES``.

    ``records`` are the visits and referrals: whoever opened one of them used the data as well.
    """
    ids = [*people, *(record.id for record in records)]
    search = journal_queries.EntrySearch(mentions=[str(record_id) for record_id in ids])
    rows = journal_queries.list_newest_entries(session, None, MOST_USES, search)
    parts = _name_parts(session, {row.actor for row in rows})
    actions = get_code_list("journal_actions")
    return [
        DataUse(
            clock.to_local_time(row.at).isoformat(timespec="minutes") if row.at else "",
            parts[row.actor],
            actions.label_for_code(row.action, current_language()),
            row.action,
        )
        for row in rows
    ]


def _name_parts(session: Session, labels: set[str]) -> dict[str, str]:
    """The part that each actor has in the office, by the journal's label; an entity by its name."""
    ids = parse_uuids([label.partition(":")[2] for label in labels])
    accounts = {
        f"account:{row.id}": row
        for row in session.execute(select(Account.id, Account.role, Account.entity).where(Account.id.in_(ids)))
    }
    entities = directory_queries.get_entities_by_code(session)
    parts = {}
    for label in labels:
        account = accounts.get(label)
        # To an entity the person was sent by its name: only who works there stays unnamed, as who works here does.
        if account is not None and account.entity in entities:
            parts[label] = entities[account.entity].name[current_language()]
        elif account is not None and account.role in _ROLE_LABELS:
            parts[label] = _(_ROLE_LABELS[account.role])
        else:
            parts[label] = _("The program")
    return parts
