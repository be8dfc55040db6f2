"""What the office edits: checked as a file is, versioned, journaled; the second saver is told what differs."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory import queries, services
from attention_point.directory.service_rows import ServiceRow
from attention_point.directory.snapshot import EntityRow
from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.language import in_language

TODAY = date(2017, 9, 1)
SHORT = {"es": "Bienestar", "en": "Welfare"}
OTHER_SHORT = {"es": "Familiar", "en": "Family"}


@pytest.fixture(autouse=True)
def _on_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def icbf(session: Session) -> EntityRow:
    row = queries.find_entity(session, "icbf")
    assert row is not None
    return row


def edu(session: Session) -> ServiceRow:
    row = queries.find_service(session, "EDU")
    assert row is not None
    return row


def entity_values(session: Session, **changes: Any) -> dict[str, Any]:
    row = icbf(session)
    names = ("kind", "name", "short", "description", "receives_referrals", "verified", "valid_from", "valid_to")
    return {**{name: getattr(row, name) for name in names}, **changes}


def service_values(**changes: Any) -> dict[str, Any]:
    return {
        "name": {"es": "Cupo escolar", "en": "School place"},
        "description": {"es": "Colegio oficial.", "en": "Public school."},
        "documents_none": False,
        "documents": [{"type": "PA", "valid_from": "2017-01-01"}],
        "papers": [{"text": {"es": "Pasaporte.", "en": "Passport."}, "valid_from": "2017-01-01"}],
        "fields": ["given_names", "age"],
        "offers": [{"entity": "secretaria-educacion", "order": 1, "valid_from": "2017-01-01"}],
        "valid_from": "2017-01-01",
        **changes,
    }


def last_entry(session: Session) -> JournalEntry:
    return session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc()).limit(1)).one()


def test_an_edit_is_kept_versioned_and_journaled_without_its_values(loaded: Session, actor: Actor) -> None:
    revision = queries.get_revision(loaded)
    services.save_entity(loaded, actor, "icbf", 1, entity_values(loaded, short=SHORT))
    row = icbf(loaded)
    assert (row.short, row.version, row.origin, row.desk_2017) == (SHORT, 2, "edited", True)
    assert queries.get_revision(loaded) == revision + 1
    entry = last_entry(loaded)
    assert (entry.action, entry.subject, entry.subject_id) == ("directory.edit", "entity", "icbf")
    assert json.loads(entry.detail) == {"fields": ["short"]}


def test_saving_what_stands_writes_nothing(loaded: Session, actor: Actor) -> None:
    before = queries.get_revision(loaded), icbf(loaded)
    services.save_entity(loaded, actor, "icbf", 1, entity_values(loaded))
    assert (queries.get_revision(loaded), icbf(loaded)) == before


def test_the_second_saver_is_told_what_differs(loaded: Session, actor: Actor) -> None:
    values = entity_values(loaded)
    services.save_entity(loaded, actor, "icbf", 1, {**values, "short": SHORT})
    with in_language("en"), pytest.raises(Conflict) as caught:
        services.save_entity(loaded, actor, "icbf", 1, {**values, "short": OTHER_SHORT})
    (difference,) = caught.value.differences
    assert difference.label == "Short name"
    assert (difference.yours, difference.theirs) == ("Familiar · Family", "Bienestar · Welfare")
    assert icbf(loaded).short == SHORT


def test_two_who_save_the_same_do_not_quarrel(loaded: Session, actor: Actor) -> None:
    values = {**entity_values(loaded), "short": SHORT}
    services.save_entity(loaded, actor, "icbf", 1, values)
    services.save_entity(loaded, actor, "icbf", 1, values)
    assert icbf(loaded).version == 2


def test_what_is_not_there_is_not_saved(loaded: Session, actor: Actor) -> None:
    with pytest.raises(NotFound):
        services.save_entity(loaded, actor, "nobody", 1, entity_values(loaded))
    with pytest.raises(NotFound):
        services.save_service(loaded, actor, "NOTHING", 1, service_values())


def test_an_entity_and_a_service_are_added_as_rows(loaded: Session, actor: Actor) -> None:
    services.add_entity(loaded, actor, {**entity_values(loaded), "code": "casa-abierta"})
    offers = [{"entity": "casa-abierta", "order": 1, "valid_from": "2018-01-01"}]
    head = {"code": "ALBERGUE", "need": "ALBERGUE", "restricted": False}
    services.add_service(loaded, actor, {**service_values(offers=offers), **head})
    assert ("ALBERGUE", "casa-abierta") in {(row.service, row.entity) for row in queries.list_offers(loaded)}


def test_a_code_that_is_taken_is_refused_and_the_transaction_goes_on(loaded: Session, actor: Actor) -> None:
    with pytest.raises(Invalid) as caught:
        services.add_entity(loaded, actor, {**entity_values(loaded), "code": "icbf"})
    assert [error.field for error in caught.value.field_errors] == ["code"]
    with pytest.raises(Invalid) as caught:
        services.add_service(loaded, actor, {**service_values(), "code": "EDU", "need": "EDU", "restricted": False})
    assert [error.field for error in caught.value.field_errors] == ["code"]
    assert icbf(loaded).version == 1


def test_a_service_keeps_its_need_and_its_restriction(loaded: Session, actor: Actor) -> None:
    services.save_service(loaded, actor, "VBG", 1, service_values(need="OTHER", restricted=False))
    row = queries.find_service(loaded, "VBG")
    assert row is not None
    assert (row.need, row.restricted, row.version) == ("VBG", True, 2)


def test_offers_change_with_their_service(loaded: Session, actor: Actor) -> None:
    offers = [
        {"entity": "secretaria-educacion", "order": 2, "valid_from": "2017-01-01"},
        {"entity": "icbf", "order": 1, "valid_from": "2017-06-01", "valid_to": "2017-12-31"},
        {"entity": "icbf", "order": 1, "valid_from": "2018-01-01"},
    ]
    services.save_service(loaded, actor, "EDU", 1, service_values(offers=offers))
    assert [(offer.entity, offer.order) for offer in edu(loaded).offers] == [
        ("icbf", 1),
        ("icbf", 1),
        ("secretaria-educacion", 2),
    ]
    with in_language("en"), pytest.raises(Conflict) as caught:
        services.save_service(loaded, actor, "EDU", 1, service_values())
    assert [difference.label for difference in caught.value.differences] == ["Who offers it"]
    assert "icbf" in caught.value.differences[0].theirs


OFFER = {"entity": "icbf", "order": 1, "valid_from": "2017-01-01"}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"offers": []}, "offers"),
    ({"offers": [{**OFFER, "entity": "nobody"}]}, "offers.0.entity"),
    ({"offers": [OFFER, {**OFFER, "valid_from": "2017-05-01"}]}, "offers.1.valid_from"),
    ({"offers": [{**OFFER, "valid_to": "2016-01-01"}]}, "offers.0.valid_to"),
    ({"offers": [{**OFFER, "order": 100}]}, "offers.0.order"),
    ({"documents_none": True}, "documents"),
    ({"documents": [{"type": "QQ", "valid_from": "2017-01-01"}]}, "documents.0.type"),
    ({"documents": [{"type": "PA", "valid_from": "31/02/2017"}]}, "documents.0.valid_from"),
    ({"documents": [{"type": "PA", "valid_from": "2017-01-01", "below_age": -1}]}, "documents.0.below_age"),
    ({"papers": [{"text": {"es": "x"}, "valid_from": "2017-01-01"}]}, "papers.0.text.en"),
    ({"fields": ["status"]}, "fields"),
    ({"valid_to": "2016-12-31"}, "valid_to"),
    ({"unknown": 1}, "unknown"),
]


def test_bad_input_is_refused_by_field_and_nothing_is_stored(loaded: Session, actor: Actor) -> None:
    before = queries.get_directory(loaded)
    for changes, field in WRONG:
        with pytest.raises(Invalid) as caught:
            services.save_service(loaded, actor, "EDU", 1, service_values(**changes))
        assert field in {error.field for error in caught.value.field_errors}, field
    assert queries.get_directory(loaded) == before


def test_of_two_who_save_at_once_one_is_refused(shipped: Database, actor: Actor) -> None:
    with shipped.read_session() as session:
        values = entity_values(session)
    with shipped.write_session() as session:
        services.save_entity(session, actor, "icbf", 1, {**values, "short": SHORT})
    with pytest.raises(Conflict), shipped.write_session() as session:
        services.save_entity(session, actor, "icbf", 1, {**values, "short": OTHER_SHORT})
    with shipped.read_session() as session:
        assert icbf(session).short == SHORT
