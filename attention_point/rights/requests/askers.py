"""Who asks: which copy of the data they get, and whom an answer to them could harm (decision 83)."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.intake import queries as intake_queries
from attention_point.intake.family.links import list_visits_of_family
from attention_point.intake.queries import DecryptedVisit
from attention_point.people import merging
from attention_point.people.break_glass import grants
from attention_point.rights.requests.stored_requests import GRANTED, PARTLY, StoredRequest

ONESELF = frozenset({"person", "child"})
ACTING_FOR_ANOTHER = frozenset({"parent", "representative"})
WHOLE_COPY, COPY_FOR_ANOTHER, COPY_FOR_DEFENDER = "oneself", "another", "defender"


def find_copy_reader(stored: StoredRequest) -> str | None:
    """Which copy of the data the page of a request hands over by itself; None for none."""
    asker = stored.note["asker"]
    # An authority gets what its letter may ask for and no more: what was given to be helped serves no fine, no arrest
    # and no expulsion.
    if not stored.is_proved or stored.is_claim or stored.person is None or asker == "authority":
        return None
    # Of what was refused, transferred or withdrawn nothing is handed over.
    if not stored.is_open and stored.note.get("outcome") not in {GRANTED, PARTLY}:
        return None
    # Earlier versions took a birth record for a proof that the child itself asks.
    if asker == "family_defender":
        return COPY_FOR_DEFENDER
    is_by_birth_record = asker == "child" and stored.note["proof"] == "kinship"
    return COPY_FOR_ANOTHER if asker in ACTING_FOR_ANOTHER or is_by_birth_record else WHOLE_COPY


def has_confidential_record(session: Session, actor: Actor, stored: StoredRequest) -> bool:
    """Whether a letter, a call or a word to another could harm the person. Told to those who may see such records."""
    if stored.person is None or not grants.may_see_confidential(session, actor, stored.person):
        return False
    return _has_confidential_visit(session, merging.list_linked(session, stored.person))


def has_company_at_risk(session: Session, actor: Actor, stored: StoredRequest) -> bool:
    """Whether somebody who came with the person has a confidential record: a child's father may look for its mother."""
    if stored.person is None or not grants.may_see_confidential(session, actor, stored.person):
        return False
    visits = intake_queries.list_visits_of_people(session, merging.list_linked(session, stored.person))
    families = {visit.family for visit in visits if isinstance(visit, DecryptedVisit) and visit.family}
    companions = [visit for family in families for visit in list_visits_of_family(session, family)]
    company = {visit.person_id for visit in companions if isinstance(visit, DecryptedVisit)}
    linked = merging.map_linked(session, company)
    return _has_confidential_visit(session, company.union(*linked.values()))


def _has_confidential_visit(session: Session, people: Collection[UUID]) -> bool:
    visits = intake_queries.list_visits_of_people(session, sorted(people))
    return any(not intake_queries.is_in_ordinary_lists(visit) for visit in visits)
