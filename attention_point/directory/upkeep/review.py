"""Which entries wait for somebody: those most used first, because most people are sent there."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.directory import queries
from attention_point.directory.freshness import ENDING, FRESH, find_worst_freshness
from attention_point.directory.snapshot import EntityRow
from attention_point.directory.upkeep.dead_ends import list_near_dead_ends
from attention_point.directory.upkeep.endings import list_endings
from attention_point.directory.upkeep.proposals import count_open_proposals
from attention_point.foundation.language import current_language
from attention_point.tallies.queries import list_frequent_codes

MOST_USED = 10
# The first day that the directory speaks of.
_FIRST_DAY = date(2017, 1, 1)
_REFERRALS_TABLE = "referrals-by-entity"


def list_most_used_entities(session: Session, today: date) -> list[EntityRow]:
    """The ten entities to which most referrals went, of those in force that receive referrals.

    Where fewer got referrals, those follow that offer most services, as a new installation knows nothing else.
    """
    used = list_frequent_codes(session, _REFERRALS_TABLE, None, _FIRST_DAY, today)
    used_order = {code: index for index, code in enumerate(used)}
    offered = [offer.entity for offer in queries.list_offers(session) if offer.is_in_force(today)]

    def get_rank(row: EntityRow) -> tuple[int, int, bool, str]:
        name = texts.fold_text(row.short[current_language()])
        return used_order.get(row.code, len(used)), -offered.count(row.code), not row.desk_2017, name

    rows = [row for row in queries.list_entities(session, today) if row.receives_referrals]
    return sorted(rows, key=get_rank)[:MOST_USED]


def list_entities_to_confirm(session: Session, rows: Sequence[EntityRow], today: date) -> list[EntityRow]:
    """Those of some entities of whose places one is unconfirmed or stale, or that have no place, in their order."""
    return [
        row
        for row in rows
        if find_worst_freshness(queries.list_places(session, row.code, None, today), today) not in {FRESH, ENDING}
    ]


def count_waiting(session: Session, today: date) -> dict[str, int]:
    """How much waits for the office: ``proposals``, ``endings``, ``dead_ends``, entities ``to_confirm``."""
    rows = [row for row in queries.list_entities(session, today) if row.receives_referrals]
    return {
        "proposals": count_open_proposals(session),
        "endings": len(list_endings(queries.get_directory(session), today)),
        "dead_ends": len(list_near_dead_ends(session, queries.get_directory(session))),
        "to_confirm": len(list_entities_to_confirm(session, rows, today)),
    }
