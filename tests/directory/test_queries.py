"""Reading the directory: edges of dates, offers in force together, and a cache that is never old."""

from dataclasses import FrozenInstanceError
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.seed.loading import load_directory
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.database import Database
from tests.directory.test_loading import FILE, changed

BEFORE_WITNESSES_END, AFTER = date(2017, 4, 10), date(2017, 4, 11)


def test_what_does_not_exist_is_none(loaded: Session) -> None:
    assert queries.find_entity(loaded, "nobody") is None
    assert queries.find_service(loaded, "NOTHING") is None
    assert queries.find_point(loaded, "nowhere") is None
    assert queries.find_consent_text_version(loaded, "1999-01") is None


def test_an_empty_directory_is_read_without_complaint(session: Session) -> None:
    assert queries.list_offers(session) == ()
    assert queries.get_revision(session) == 0


def test_witnesses_stand_for_an_apostille_until_2017_04_10(loaded: Session) -> None:
    service = queries.find_service(loaded, "RC-CO")
    assert service is not None
    assert {document.type for document in service.documents if document.is_in_force(BEFORE_WITNESSES_END)} == {
        "apostilled-record",
        "two-witnesses",
    }
    assert {document.type for document in service.documents if document.is_in_force(AFTER)} == {"apostilled-record"}
    assert len(service.requirements_on(BEFORE_WITNESSES_END)) == 2
    assert len(service.requirements_on(AFTER)) == 1


def test_the_consent_text_begins_with_the_point(loaded: Session) -> None:
    assert queries.find_consent_text(loaded, date(2017, 8, 8)) is None
    text = queries.find_consent_text(loaded, date(2017, 8, 9))
    assert text is not None
    assert text.version == "2017-08"
    assert len(bytes.fromhex(text.digest)) == 32
    assert [row.code for row in queries.list_points(loaded, date(2017, 8, 9))] == ["bucaramanga"]
    assert queries.list_points(loaded, date(2017, 8, 8)) == ()


def test_lines_are_printed_for_their_services_alone(loaded: Session) -> None:
    day = date(2017, 8, 9)
    assert [line.number for line in queries.list_emergency_lines(loaded, "NNA-PROT", day)] == ["141"]
    assert queries.list_emergency_lines(loaded, "EDU", day) == ()
    assert queries.list_emergency_lines(loaded, "NNA-PROT", date(2016, 12, 31)) == ()


def test_nobody_is_offered_an_entity_that_takes_no_referrals(loaded: Session) -> None:
    source = changed("entities.0.receives_referrals", False)
    load_directory(loaded, SYSTEM, source)
    assert "ALBERGUE" not in {offer.service for offer in queries.list_offers(loaded)}
    load_directory(loaded, SYSTEM, FILE)
    assert "ALBERGUE" in {offer.service for offer in queries.list_offers(loaded)}


def test_offers_carry_what_their_service_asks_for(loaded: Session) -> None:
    offers = {offer.service: offer for offer in queries.list_offers(loaded)}
    assert offers["NNA-PROT"].documents_none
    assert offers["VBG"].restricted
    passport = next(document for document in offers["SALUD-AFIL"].documents if document.type == "PA")
    assert passport.below_age == 7
    with pytest.raises(FrozenInstanceError):
        offers["VBG"].restricted = False  # type: ignore[misc]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dates(date(2016, 12, 1), date(2028, 1, 1)))
def test_an_offer_counts_on_a_day_only_while_its_three_parts_do(loaded: Session, day: date) -> None:
    everything = queries.get_directory(loaded)
    counted = {(row.service, row.entity) for row in queries.list_offers(loaded) if row.is_in_force(day)}
    expected = {
        (service.code, offer.entity)
        for service in everything.services.values()
        for offer in service.offers
        if all(part.is_in_force(day) for part in (offer, service, everything.entities[offer.entity]))
        and everything.entities[offer.entity].receives_referrals
    }
    assert counted == expected


def test_what_is_known_costs_one_look_at_the_revision(shipped: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with shipped.read_session() as session:
        first = queries.list_offers(session)
    statements: list[str] = []
    looks: list[int] = []
    look = queries.get_revision

    def counted(session: Session) -> int:
        looks.append(look(session))
        return looks[-1]

    monkeypatch.setattr(queries, "get_revision", counted)
    event.listen(
        shipped.read_engine, "before_cursor_execute", lambda *given_arguments: statements.append(given_arguments[2])
    )
    with shipped.read_session() as session:
        assert queries.list_offers(session) is first
        assert queries.get_services_by_code(session)
    assert len(looks) == 1
    assert not [statement for statement in statements if "directory_" in statement]


def test_a_change_is_seen_by_the_next_reader(shipped: Database, actor: Actor) -> None:
    with shipped.read_session() as session:
        assert queries.find_entity(session, "casa-abierta") is None
    with shipped.write_session() as session:
        load_directory(session, actor, FILE)
    with shipped.read_session() as session:
        assert queries.find_entity(session, "casa-abierta") is not None


def test_a_change_that_is_undone_is_never_remembered(shipped: Database, actor: Actor) -> None:
    with shipped.write_session() as session:
        load_directory(session, actor, FILE)
        assert queries.find_entity(session, "casa-abierta") is not None
        session.rollback()
    other_file = changed("entities.0.code", "casa-cerrada")
    other_file["offers"][0]["entity"] = "casa-cerrada"
    with shipped.write_session() as session:
        load_directory(session, actor, other_file)  # the same revision as the one undone
    with shipped.read_session() as session:
        assert queries.find_entity(session, "casa-abierta") is None
        assert queries.find_entity(session, "casa-cerrada") is not None
