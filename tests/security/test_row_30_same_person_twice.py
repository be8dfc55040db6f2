"""Row 30, the same person twice: flagged, never merged unseen; recall and precision of invented pairs."""

from sqlalchemy import func, select

from attention_point.foundation.database import Database
from attention_point.foundation.settings import Settings
from attention_point.people import merging
from attention_point.people.duplicates import candidate_search
from attention_point.people.models import Person, PossibleDuplicate
from bench.duplicates import SHARED_PAPERS, invent_pairs, list_noted_pairs
from bench.search import fill_records

PEOPLE = 200


def test_records_of_one_person_are_flagged_and_never_merged(database: Database, settings: Settings) -> None:
    invented = invent_pairs(PEOPLE)
    fill_records(database, (row | {"position": number} for number, row in enumerate(invented.records)))
    candidate_search.search_candidates(database, settings, "every-run")
    noted = list_noted_pairs(database)
    shared_papers = {pair for pair, kind in invented.different.items() if kind == SHARED_PAPERS}
    true_pairs = noted & invented.same.keys()
    assert len(true_pairs) >= 0.9 * len(invented.same)
    # Who shows somebody else's paper is always compared; nobody else may be.
    assert shared_papers <= noted
    assert len(true_pairs) >= 0.9 * len(noted - shared_papers)
    with database.read_session() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == len(invented.records)
        assert session.scalar(select(func.count()).where(PossibleDuplicate.is_decided)) == 0
        assert merging.map_linked(session, session.scalars(select(Person.id))) == {}
