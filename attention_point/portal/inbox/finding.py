"""Finds somebody at the window among those who have a referral at the entity, by whatever is typed into one box.

Nobody is found by what the entity may not see of them: a name finds only where the service of the referral shows names,
a document only where it shows documents, a telephone only where it shows telephones. The search tells nothing of people
whom the entity does not receive. The journal keeps who was shown, never what was typed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import NotFound
from attention_point.intake.models import Visit
from attention_point.intake.records.visit_search import list_references
from attention_point.people import queries as people_queries
from attention_point.people.search import keys, people_search, ranking
from attention_point.people.search.index_keeper import SESSION_KEY, IndexState, NameIndexKeeper
from attention_point.people.search.typed_text import TypedSearch
from attention_point.portal import queries
from attention_point.portal.queries import DecryptedDisclosure
from attention_point.referrals import queries as referral_queries
from attention_point.referrals import rules
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.entity_rows.entity_tags import is_of_entity, list_ids_of_entity, select_of_entity
from attention_point.referrals.models import Referral

SHOWN_REFERRALS = 30
# The index of names gives the best of all people; those of the entity are taken out of so many.
_CANDIDATES, _MAX_CANDIDATES = 400, 4_000
_MAX_PEOPLE = 40  # opened for a search, of whose referrals 30 are shown
_BY_VISIT = 1000.0  # a reference or a slip's code leads to one visit
_NAME_FIELDS = frozenset({"given_names", "surname_1"})


@dataclass(frozen=True, slots=True)
class FoundReferrals:
    """The referrals found, best first. ``more``: others fit too. ``is_loading``: names cannot all be searched yet."""

    disclosures: Sequence[DecryptedDisclosure]
    more: bool
    is_loading: bool = False


def find_referrals(session: Session, actor: Actor, text: str, *, restricted: bool = False) -> FoundReferrals:
    """The entity's referrals of whoever may be meant, ordinary or restricted ones. Raises Invalid, naming ``q``."""
    entity = queries.require_own_entity(actor)
    typed = people_search.read_search(text)
    candidates = _find_of_visits(session, actor, typed)
    is_loading = False
    if not candidates:
        people, is_loading = _find_people(session, entity, typed)
        candidates = _list_own_referrals(session, entity, Referral.person_id.in_(people))
    ordinary_or_restricted = [referral for referral in candidates if referral.restricted is restricted]
    disclosures = queries.disclose_referrals(session, ordinary_or_restricted)
    scored = [(_score_name(typed, disclosure), disclosure) for disclosure in disclosures]
    fitting = sorted((pair for pair in scored if pair[0] > 0), key=_sort_key)
    shown = [disclosure for _points, disclosure in fitting[:SHOWN_REFERRALS]]
    found_ids = [str(disclosure.referral.id) for disclosure in shown]
    journal.record(session, actor, "referral.search", "entity", entity, by=_describe_search(typed), found=found_ids)
    return FoundReferrals(shown, len(fitting) > SHOWN_REFERRALS, is_loading)


def _describe_search(typed: TypedSearch) -> str:
    if typed.slip_code or typed.reference:
        return "code" if typed.slip_code else "reference"
    return "name" if typed.name else "document"


def _sort_key(pair: tuple[float, DecryptedDisclosure]) -> tuple[bool, float, int]:
    points, disclosure = pair
    # What is open is what somebody at the window comes for.
    return disclosure.referral.state not in rules.OPEN_STATES, -points, -disclosure.referral.id.int


def _find_of_visits(session: Session, actor: Actor, typed: TypedSearch) -> list[DecryptedReferral]:
    if typed.slip_code:
        try:
            referrals = queries.list_referrals_of_slip(session, actor, typed.slip_code)
        except NotFound:
            return []
        return [row for row in referrals if isinstance(row, DecryptedReferral)]
    if typed.reference:
        references = list_references(session, typed.reference)
        visit_ids = session.scalars(select(Visit.id).where(Visit.reference.in_(references))).all()
        return _list_own_referrals(session, queries.require_own_entity(actor), Referral.visit_id.in_(visit_ids))
    return []


def _find_people(session: Session, entity: str, typed: TypedSearch) -> tuple[list[UUID], bool]:
    """Ids of people with a referral at the entity who may be meant, and whether the names are still being read."""
    tags: list[people_queries.Tag] = []
    if typed.number:
        document_types = people_queries.load_document_types()
        tags += people_queries.build_search_tags(session, keys.build_number_query_keys(typed.number, document_types))
    tags += people_queries.build_search_tags(session, [("phone", phone_key) for phone_key in typed.phone_keys])
    if not typed.name:
        return _list_people_by_tags(session, entity, tags), False
    tags += people_queries.build_search_tags(session, keys.build_name_query_keys(typed.name, typed.birth_year))
    keeper: NameIndexKeeper | None = session.info.get(SESSION_KEY)
    index = keeper.get_index(session) if keeper else None
    people = _list_people_by_tags(session, entity, tags)
    if index is not None:
        words = ranking.read_words(typed.name)[: people_search.MAXIMUM_NAME_WORDS]
        size = _CANDIDATES
        while True:
            best_people, fitting_count = index.find_people(words, size)
            people_of_entity = _keep_people_of_entity(session, entity, best_people)
            if len(people_of_entity) >= _MAX_PEOPLE or size >= min(fitting_count, _MAX_CANDIDATES):
                break
            # A common name: the entity's people may stand behind hundreds of others.
            size = _MAX_CANDIDATES
        people = list(dict.fromkeys([*people_of_entity[:_MAX_PEOPLE], *people]))
    return people, keeper is not None and keeper.state is IndexState.LOADING


def _list_people_by_tags(session: Session, entity: str, tags: Sequence[people_queries.Tag]) -> list[UUID]:
    """Those who carry most of the tags first, of those alone who have a referral at the entity."""
    is_own = select_of_entity(session, entity)
    return people_queries.rank_people_by_tags(
        session,
        tags,
        _MAX_PEOPLE,
        lambda person: exists().where(Referral.person_id == person, is_own),
    )


def _keep_people_of_entity(session: Session, entity: str, people: Sequence[UUID]) -> list[UUID]:
    query = select(Referral.person_id, Referral.id, Referral.entity_tag).where(Referral.person_id.in_(people))
    rows = session.connection().execute(query) if people else ()
    own_people = {row.person_id for row in rows if is_of_entity(session, entity, row.id, row.entity_tag)}
    return [person for person in people if person in own_people]


def _list_own_referrals(session: Session, entity: str, condition: ColumnElement[bool]) -> list[DecryptedReferral]:
    # No other entity's is opened: numbers can be tried one after another, and the time would tell how many there are.
    ids = list_ids_of_entity(session, entity, condition)[: 4 * _MAX_PEOPLE]
    referrals = referral_queries.list_referrals_by_ids(session, ids) if ids else []
    return [referral for referral in referrals if isinstance(referral, DecryptedReferral)]


def _score_name(typed: TypedSearch, disclosure: DecryptedDisclosure) -> float:
    """How well what the entity may see of the person fits; 0 leaves the referral out."""
    person: Mapping[str, Any] = disclosure.person
    if typed.slip_code or (typed.reference and not (typed.name or typed.number)):
        return _BY_VISIT
    if typed.reference and disclosure.reference.endswith(f"{typed.reference.number:06d}"):
        return _BY_VISIT
    if typed.name:
        words = ranking.read_words(typed.name)[: people_search.MAXIMUM_NAME_WORDS]
        return ranking.score_record_by_name(typed, words, person) if _NAME_FIELDS & person.keys() else 0.0
    by_document, _is_other_type = ranking.score_record_by_number(typed, person, people_queries.load_document_types())
    return by_document or (ranking.PHONE if ranking.has_phone(person, typed.phone_keys) else 0.0)
