"""Who on file may be meant by a new statement."""

from attention_point.foundation.database import Database
from attention_point.people import queries
from attention_point.people.duplicates.recognition import find_likely_people
from tests.support.visits import AGENT, person, recorded

GIVEN_NAMES = ("Ana", "Beatriz", "Carmen", "Dora", "Elsa", "Flor", "Gloria", "Hilda")


def test_among_many_of_one_surname_and_year_the_whole_name_is_found(database: Database) -> None:
    with database.write_session() as session:
        for number in range(queries.MAXIMUM_CANDIDATES + 5):
            given_names = f"{GIVEN_NAMES[number % 8]} {GIVEN_NAMES[number // 8]}"
            recorded(session, person=person(given_names=given_names, birth_date=f"1991-{number % 12 + 1:02d}-11"))
        recorded(session, person=person(given_names="Yulimar", birth_date="1991-03-17"))
        session.commit()
    with database.write_session() as session:
        stated = person(given_names="Yulimar", birth_date="1991-03-17")
        likely_people = find_likely_people(session, AGENT, stated)
    assert [likely.record["given_names"] for likely in likely_people] == ["Yulimar"]
