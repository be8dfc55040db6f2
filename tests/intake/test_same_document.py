"""Nobody is merged, and nobody is overwritten, by a machine: what becomes of people who show the same document."""

import random
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database, new_id
from attention_point.foundation.errors import Invalid
from attention_point.intake.draft import read_draft
from attention_point.intake.models import Visit
from attention_point.intake.services import record_visit
from attention_point.people.models import Person, PossibleDuplicate
from attention_point.people.records import disclose_fields, format_full_name, view_person
from attention_point.referrals.models import Referral
from tests.support.directory import load_shipped
from tests.support.pairs import compare_pairs
from tests.support.searching import ids, searched
from tests.support.visits import AGENT, draft, person, recorded

PASSPORT = [{"type": "PA", "number": "045678123"}]
TWIN = person(
    given_names="María José", surname_1="Rondón", surname_2="Peña", birth_date="1994-05-02", documents=PASSPORT
)
GIVEN = {
    "F": ("Ana", "Yulimar", "Carmen", "Rosmery", "Íngrid", "Zuleima", "Beatriz"),
    "M": ("Luis", "Wilmer", "Deivis", "Édgar", "Óscar", "Hugo", "Nelson"),
}
SURNAMES = ("Rondón", "Peña", "Urdaneta", "Quiñónez", "Zambrano", "Briceño", "Mejía", "Carvajal")


def people(session: Session) -> list[UUID]:
    """Who is on file, the first first."""
    return list(session.scalars(select(Person.id).order_by(Person.id)))


def reasons(session: Session) -> list[str]:
    """Why people are to be compared."""
    return list(compare_pairs(session).values())


def person_of(session: Session, answer: Mapping[str, Any]) -> UUID:
    """The person of a recorded visit."""
    return session.scalars(select(Visit.person_id).where(Visit.id == UUID(answer["id"]))).one()


def sealed(session: Session) -> list[Any]:
    """Every person's row as it is stored."""
    return list(session.execute(select(Person.id, Person.sealed, Person.version).order_by(Person.id)))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"given_names": "María Fernanda"}, "same-document-other-name"),
        ({"given_names": "José"}, "same-document-other-name"),
        ({"birth_date": "1994-05-03"}, "same-document-other-birth-date"),
        ({"given_names": "Luis", "birth_date": "1970-01-01"}, "same-document-other-name-birth-date"),
        ({"birth_date": None}, "same-document-not-comparable"),
        ({"given_names": None}, "same-document-not-comparable"),
        ({"surname_1": None, "surname_2": None}, "same-document-not-comparable"),
    ],
)
def test_what_does_not_agree_is_a_new_person_and_a_pair(session: Session, change: dict[str, Any], reason: str) -> None:
    first = recorded(session, person=TWIN)
    before = sealed(session)
    second = recorded(session, person=person(**{**TWIN, **change}))
    assert person_of(session, first) != person_of(session, second)
    assert sealed(session)[:1] == before
    assert reasons(session) == [reason]
    assert [warning["field"] for warning in second["warnings"]] == ["person.documents"]
    told = second["warnings"][0]["message"]
    assert not [word for word in ("María", "José", "Rondón", "Peña", "045678123", "2014") if word in told]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"given_names": "MARIA JOSE", "surname_1": "Rondon", "surname_2": "Pena"},
        {"surname_1": "Peña", "surname_2": "Rondón"},
        {"surname_2": None},
        {"given_names": "María"},
        {"surname_1": "Rodnón"},
    ],
)
def test_who_agrees_is_one_person_whose_name_stays(session: Session, change: dict[str, Any]) -> None:
    recorded(session, person=TWIN)
    answer = recorded(session, person=person(**{**TWIN, **change}))
    assert answer["warnings"] == []
    (only,) = people(session)
    record = view_person(session, AGENT, only, "page").record
    assert [record[name] for name in ("given_names", "surname_1", "surname_2")] == ["María José", "Rondón", "Peña"]


def test_a_name_that_was_half_known_is_completed(session: Session) -> None:
    recorded(session, person=person(**{**TWIN, "given_names": "María", "surname_2": None}))
    recorded(session, person=TWIN)
    (only,) = people(session)
    opened = view_person(session, AGENT, only, "page")
    assert (opened.record["given_names"], opened.record["surname_2"]) == ("María José", "Peña")
    assert [entry["earlier"] for entry in opened.history] == [{"given_names": "María", "surname_1": "Rondón"}]


def test_strangers_with_a_mistyped_number_and_a_stand_in_date_stay_apart(session: Session) -> None:
    said = {"documents": [{"type": "DE", "number": "V-12345678"}], "birth_date": "1980-01-01"}
    for given, surname in (("Luis", "Mora"), ("Carmen", "Mora"), ("Luis", "Gil"), ("Nelson", "Paz")):
        recorded(session, person=person(**said, given_names=given, surname_1=surname, surname_2=None))
    assert len(people(session)) == 4
    assert set(reasons(session)) == {"same-document-other-name"}
    assert len(reasons(session)) == 6


def test_a_changed_given_name_is_for_a_person_to_decide(session: Session) -> None:
    """A trans person comes with the same papers and another name: flagged, and joined by whoever receives them."""
    first = recorded(session, person=person(given_names="Andrés Felipe", documents=PASSPORT))
    again = recorded(session, person=person(given_names="Andrea", documents=PASSPORT))
    assert person_of(session, first) != person_of(session, again)
    known = person_of(session, first)
    recorded(session, person={**person(given_names="Andrea", documents=PASSPORT), "id": str(known)})
    opened = view_person(session, AGENT, known, "page")
    assert opened.record["given_names"] == "Andrea"
    assert [entry["earlier"]["given_names"] for entry in opened.history] == ["Andrés Felipe"]


def test_twins_who_come_again_are_each_found(session: Session) -> None:
    sister = {**TWIN, "given_names": "María Fernanda"}
    first, second = recorded(session, person=TWIN), recorded(session, person=sister)
    for said, before in ((TWIN, first), (sister, second)):
        again = recorded(session, person=said)
        assert person_of(session, again) == person_of(session, before)
        assert again["warnings"] == []
    assert (len(people(session)), len(reasons(session))) == (2, 1)
    either = recorded(session, person={**TWIN, "given_names": "María"})  # one of the two, nobody knows who
    assert person_of(session, either) not in {person_of(session, first), person_of(session, second)}


def test_an_open_referral_keeps_showing_its_own_person(session: Session) -> None:
    first = recorded(session, person=TWIN)
    recorded(session, person={**TWIN, "given_names": "María Fernanda", "phone": "+57 311 0000000"})
    held = session.scalars(select(Referral.person_id).where(Referral.visit_id == UUID(first["id"]))).all()
    assert len(held) == 2
    shown = disclose_fields(session, held, frozenset({"given_names", "phone"}))
    assert shown == {held[0]: {"given_names": "María José", "phone": "+573001234567"}}


def test_papers_of_two_people_make_a_third_compared_with_both(session: Session) -> None:
    other = [{"type": "DE", "number": "V-9876543"}]
    first = recorded(session, person=TWIN)
    second = recorded(session, person=person(given_names="Luis", documents=other))
    third = recorded(session, person={**TWIN, "documents": [*PASSPORT, *other]})
    one, two, three = (person_of(session, answer) for answer in (first, second, third))
    assert compare_pairs(session) == {
        frozenset((one, three)): "same-document-same-name-birth-date",
        frozenset((two, three)): "same-document-other-name-birth-date",
    }


def test_somebody_chosen_who_shows_another_s_document_is_compared_once(session: Session) -> None:
    first = recorded(session, person=TWIN)
    second = recorded(session, person=person(given_names="Luis"))
    chosen = {"id": str(person_of(session, second)), "documents": PASSPORT}
    answer = recorded(session, person=chosen)
    assert [warning["field"] for warning in answer["warnings"]] == ["person.documents"]
    assert reasons(session) == ["same-document-other-name-birth-date"]
    assert recorded(session, person=chosen)["warnings"] == []
    recorded(session, person={"id": str(person_of(session, first)), "documents": PASSPORT})
    assert len(reasons(session)) == 1


def test_who_is_new_by_an_agent_s_word_is_new_though_all_agrees(session: Session) -> None:
    recorded(session, person=TWIN)
    before = sealed(session)
    answer = recorded(session, person={**TWIN, "new": True, "phone": "+57 311 0000000"})
    assert answer["warnings"]
    assert sealed(session)[:1] == before
    assert len(people(session)) == 2
    assert reasons(session) == ["same-document-same-name-birth-date"]
    with pytest.raises(Invalid) as refused:
        recorded(session, person={**TWIN, "new": True, "id": str(new_id())})
    assert [error.field for error in refused.value.field_errors] == ["person.new"]


def test_two_records_of_one_person_do_not_become_three(session: Session) -> None:
    first = recorded(session, person=TWIN)
    recorded(session, person={**TWIN, "new": True})
    assert person_of(session, recorded(session, person=TWIN)) == person_of(session, first)
    assert len(people(session)) == 2


def test_an_earlier_name_is_in_the_history_and_nowhere_else(session: Session) -> None:
    first = recorded(session, person=TWIN)
    known = person_of(session, first)
    moment = recorded(session, person={"id": str(known), "given_names": "Zuleima", "birth_date": "1993-01-01"})
    opened = view_person(session, AGENT, known, "page")
    (entry,) = opened.history
    assert entry["earlier"] == {
        "given_names": "María José", "surname_1": "Rondón", "surname_2": "Peña", "birth_date": "1994-05-02",
    }  # fmt: skip
    assert (entry["actor"], entry["visit"]) == (AGENT.journal_label, moment["id"])
    assert "history" not in opened.record
    everything = disclose_fields(session, [known], frozenset({*opened.record, "history", "earlier"}))[known]
    assert "María" not in str(everything)
    assert ids(searched(session, "Maria Rondon")) == []
    assert ids(searched(session, "Zuleima Rondon")) == [known]


def test_another_first_surname_takes_the_second_with_it(session: Session) -> None:
    known = person_of(session, recorded(session, person=TWIN))
    recorded(session, person={"id": str(known), "surname_1": "Rondon"})  # only spelled otherwise
    assert view_person(session, AGENT, known, "page").record["surname_2"] == "Peña"
    recorded(session, person={"id": str(known), "given_names": "María José", "surname_1": "de Villamizar"})
    opened = view_person(session, AGENT, known, "page")
    assert format_full_name(opened.record) == "María José de Villamizar"
    assert opened.history[-1]["earlier"] == {"given_names": "María José", "surname_1": "Rondon", "surname_2": "Peña"}
    recorded(session, person={"id": str(known), "surname_1": "Rondón", "surname_2": "Gil"})
    assert format_full_name(view_person(session, AGENT, known, "page").record) == "María José Rondón Gil"


def test_a_history_stays_bounded_and_keeps_names(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attention_point.people.identity.LONGEST_HISTORY", 4)
    known = person_of(session, recorded(session, person=TWIN))
    for said in ({"phone": "0"}, {"given_names": "Zuleima"}, *({"phone": str(number)} for number in range(1, 6))):
        recorded(session, person={"id": str(known), **said})
    history = [entry["earlier"] for entry in view_person(session, AGENT, known, "page").history]
    assert history[0]["given_names"] == "María José"
    assert history[1:] == [{"phone": "2"}, {"phone": "3"}, {"phone": "4"}]


def thousand(chance: random.Random) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Pairs of people without end: the same document, and mostly the same birth date; the given names differ."""
    number = 0
    while True:
        number += 1
        first, second = (chance.choice(GIVEN[sex]) for sex in "FM")
        common = {
            "surname_1": chance.choice(SURNAMES),
            "surname_2": chance.choice((*SURNAMES, None)),
            "birth_date": f"{chance.randrange(1950, 1999)}-01-01",
            "documents": [{"type": "PA", "number": f"{number:09d}"}],
        }
        other = chance.choice(({}, {"surname_1": chance.choice(SURNAMES)}, {"birth_date": "1990-07-07"}))
        yield person(**common, given_names=first), person(**{**common, **other}, given_names=second)


def register_pairs(session: Session, pairs: int) -> None:
    """Register both of each pair, then each of them again as they were said; nobody is merged and nobody doubled."""
    load_shipped(session)
    made = thousand(random.Random(11))
    everybody = [said for _number in range(pairs) for said in next(made)]
    first = [record_visit(session, AGENT, read_draft(draft(person=said))).response for said in everybody]
    assert session.scalar(select(func.count()).select_from(Person)) == 2 * pairs
    assert session.scalar(select(func.count()).select_from(PossibleDuplicate)) == pairs
    random.Random(12).shuffle(everybody)
    before = sealed(session)
    again = [record_visit(session, AGENT, read_draft(draft(person=said))).response for said in everybody]
    assert sealed(session) == before
    assert session.scalar(select(func.count()).select_from(PossibleDuplicate)) == pairs
    assert len({answer["id"] for answer in (*first, *again)}) == 4 * pairs


def test_forty_people_in_pairs_of_equal_documents(session: Session) -> None:
    register_pairs(session, 20)


@pytest.mark.faults
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_thousand_people_in_pairs_of_equal_documents(session: Session) -> None:
    register_pairs(session, 500)


def test_eight_at_once_are_one_person_and_eight_twins_are_eight(database: Database) -> None:
    with database.write_session() as session:
        load_shipped(session)
    start = threading.Barrier(8)

    def send(said: dict[str, Any]) -> None:
        start.wait(60)
        with database.write_session() as session:
            record_visit(session, AGENT, read_draft(draft(person=said)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, [TWIN] * 8))
    with database.read_session() as session:
        assert len(people(session)) == 1
    names = ("Ana", "Carmen", "Rosmery", "Beatriz", "Luis", "Nelson", "Hugo", "Wilmer")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, [{**TWIN, "given_names": name} for name in names]))
    with database.read_session() as session:
        assert len(people(session)) == 9
        assert len(reasons(session)) == 9 * 8 // 2
