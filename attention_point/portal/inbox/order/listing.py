"""A page of an entity's list, and which referral comes next in it. Each page costs the same, however long the list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice, takewhile
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.portal.inbox.order.entries import (
    ACCEPTED,
    AFTER_FIRST,
    ANSWERED,
    TAB_OF_STATE,
    WAITING,
    Entry,
    build_entry,
    build_sort_key,
    read_sort_key,
)
from attention_point.portal.inbox.order.filters import InboxFilter
from attention_point.portal.inbox.order.index import EntityIndex
from attention_point.portal.inbox.order.index_keeper import InboxIndex, get_keeper
from attention_point.referrals import queries
from attention_point.referrals.decrypted_referrals import ListedReferral
from attention_point.referrals.entity_rows.entity_lists import list_ids_of_entity

# How many rows a page opens at most where the database has to be read on until enough of them fit.
MAX_OPENED = 600


@dataclass(frozen=True, slots=True)
class InboxPage:
    """The referrals of a page, and after which sort key the next one begins; None at the end.

    ``is_cut``: the page stopped reading before it was full. ``is_loading``: the list is being put in order, and urgent
    ones may still be missing from the top.
    """

    referrals: Sequence[ListedReferral]
    next_after: int | None
    is_cut: bool = False
    is_loading: bool = False


def open_index(session: Session, entity: str) -> InboxIndex:
    """The list of an entity in memory, with all that is committed by now."""
    return get_keeper(session).get_index(session, entity)


@dataclass(frozen=True, slots=True)
class TabCount:
    """How many stand under a tab. ``is_least``: there may be more."""

    count: int
    is_least: bool = False


def list_page(
    session: Session, entity: str, index: InboxIndex, inbox_filter: InboxFilter, after: int | None, size: int
) -> InboxPage:
    """A page of an entity's list. What is open comes urgent first, then oldest first; what is answered newest first."""
    today = clock.today()
    has_all = index.has_all_ended if inbox_filter.tab == ANSWERED else index.has_all_open
    if not has_all:
        return _list_from_database(session, entity, index, inbox_filter, after, size)
    entries = _iterate_entries(index.entries, inbox_filter, after, today)
    shown_entries = list(islice(entries, size + 1))
    referrals = _open_in_order(session, [entry.id for entry in shown_entries[:size]])
    # Somebody may have answered one since the list was put in order, and of one that did not open then nobody knew
    # whether it is confidential.
    fitting = [referral for referral in referrals if inbox_filter.accepts(build_entry(referral), today)]
    next_after = shown_entries[size - 1].sort_key if len(shown_entries) > size else None
    return InboxPage(fitting, next_after)


def find_next(session: Session, entity: str, inbox_filter: InboxFilter, referral: UUID) -> UUID | None:
    """The open referral that follows one in the list, or the first where none follows; None where nothing waits."""
    index, today = open_index(session, entity), clock.today()
    entry = index.entries.find_entry(referral)
    # An answered one stands elsewhere by now: what followed it comes after the key that it had.
    key = build_sort_key(entry.came_at, referral, is_on_top=entry.is_first) if entry else None
    for after in (key, None):
        for following in _iterate_entries(index.entries, inbox_filter, after, today):
            if following.id != referral:
                return following.id
    return None


def count_tabs(index: InboxIndex, *, restricted: bool) -> dict[str, TabCount]:
    """How many referrals stand under each tab; of what is answered, up to a thousand."""
    counts = {
        tab: TabCount(index.entries.count(tab, restricted=restricted), is_least=not index.has_all_open)
        for tab in (WAITING, ACCEPTED)
    }
    ended_count = index.entries.count(ANSWERED, restricted=restricted)
    return {**counts, ANSWERED: TabCount(ended_count, is_least=not index.has_all_ended)}


def _iterate_entries(index: EntityIndex, inbox_filter: InboxFilter, after: int | None, today: date) -> Iterable[Entry]:
    entries = index.iterate(
        inbox_filter.tab, after, restricted=inbox_filter.restricted, newest_first=inbox_filter.tab == ANSWERED
    )
    return (entry for entry in entries if inbox_filter.accepts(entry, today))


def _open_in_order(session: Session, referral_ids: Sequence[UUID]) -> list[ListedReferral]:
    referrals = {referral.id: referral for referral in queries.list_referrals_by_ids(session, referral_ids)}
    return [referrals[referral] for referral in referral_ids if referral in referrals]


def _list_from_database(
    session: Session, entity: str, index: InboxIndex, inbox_filter: InboxFilter, after: int | None, size: int
) -> InboxPage:
    """Where the index has not all: what it knows to come first, then the rows by their ids, opened until enough fit."""
    today = clock.today()
    newest_first = inbox_filter.tab == ANSWERED
    shown_ids: list[UUID] = []
    if not newest_first and (after is None or after < AFTER_FIRST):
        known_entries = _iterate_entries(index.entries, inbox_filter, after, today)
        first_entries = takewhile(lambda entry: entry.is_first, known_entries)
        shown_entries = list(islice(first_entries, size))
        shown_ids = [entry.id for entry in shown_entries]
        if len(shown_ids) == size:
            return InboxPage(_open_in_order(session, shown_ids), shown_entries[-1].sort_key, is_loading=True)
    first_referrals = _open_in_order(session, shown_ids)
    position = read_sort_key(after) if after is not None and after >= AFTER_FIRST else None
    fitting, position, has_more = _read_on(
        session, entity, index.entries, inbox_filter, position, size - len(first_referrals)
    )
    return InboxPage(
        [*first_referrals, *fitting],
        build_sort_key(0, position, is_on_top=False) if has_more and position else None,
        is_cut=has_more and len(first_referrals) + len(fitting) < size,
        is_loading=not newest_first,
    )


def _read_on(
    session: Session,
    entity: str,
    index: EntityIndex,
    inbox_filter: InboxFilter,
    position: UUID | None,
    size: int,
) -> tuple[list[ListedReferral], UUID | None, bool]:
    """The referrals that fit, the id of the last row read, and whether there may be more."""
    today = clock.today()
    newest_first = inbox_filter.tab == ANSWERED
    fitting: list[ListedReferral] = []
    for _round in range(0, MAX_OPENED, size + 1):
        rows = list_ids_of_entity(
            session, entity, inbox_filter.states, size + 1, newest_first=newest_first, after=position
        )
        for referral in _open_in_order(session, [referral for referral, _state in rows]):
            entry = build_entry(referral)
            if inbox_filter.accepts(entry, today) and (newest_first or not _is_known_first(index, entry)):
                if len(fitting) == size:
                    return fitting, fitting[-1].id, True
                fitting.append(referral)
        if len(rows) <= size:
            return fitting, position, False
        position = rows[-1][0]
    return fitting, position, True


def _is_known_first(index: EntityIndex, entry: Entry) -> bool:
    # It stands on top of the list already.
    known_entry = index.find_entry(entry.id)
    return known_entry is not None and known_entry.is_first and known_entry.tab == TAB_OF_STATE[entry.state]
