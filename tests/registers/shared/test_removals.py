"""A removal is undone within 30 days; a copy begins a new record; the same name and date twice is asked about."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, NotFound
from attention_point.foundation.settings import Settings
from attention_point.registers.calls.register import CALLS, PROPOSALS
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.models import Attachment, RemovedRecord
from attention_point.registers.shared.records import attachments, queries, removals, services
from attention_point.registers.shared.records.organisations import ORGANISATIONS
from attention_point.registers.shared.records.queries import RecordFilter
from attention_point.registers.shared.schema.schema import Register
from tests.registers.support import fields_of, only, submit
from tests.support.pages import PageClient

SignIn = Callable[..., PageClient]
FACTS = {
    "name": "Foro del agua",
    "state": "done",
    "date": "2019-03-30",
    "place": "UIS",
    "participants": {"number": "30"},
    "organisers": [{"name": "Fundación Río"}],
}


@pytest.fixture
def office(as_role: SignIn) -> PageClient:
    """Somebody of the office."""
    return as_role("office")


def remove(session: Session, register: Register, record_id: UUID) -> None:
    """Remove a record in the version that it has."""
    version = queries.get_record(session, register, record_id).version
    removals.remove_record(session, SYSTEM, register, record_id, version)


def test_a_removed_record_comes_back_as_it_was(session: Session) -> None:
    record_id = services.add_record(session, SYSTEM, EVENTS, FACTS, source="2019/events/foro")
    before = only(session, EVENTS)
    facts, created_at = dict(before.data), before.created_at
    remove(session, EVENTS, record_id)
    assert queries.count_records(session, EVENTS, RecordFilter("agua")) == 0
    removals.restore_record(session, SYSTEM, EVENTS, record_id)
    session.expire_all()
    row = only(session, EVENTS)
    assert (row.id, row.data, row.source, row.created_at, row.version) == (
        record_id, facts, "2019/events/foro", created_at, 3,
    )  # fmt: skip
    assert queries.count_records(session, EVENTS, RecordFilter("agua", {"year": "2019"})) == 1
    assert [change.action for change in queries.list_changes(session, record_id, 9)] == ["restored", "removed", "added"]
    assert removals.list_removed_records(session, EVENTS) == []
    with pytest.raises(NotFound):
        removals.restore_record(session, SYSTEM, EVENTS, record_id)


def test_the_file_of_a_year_that_was_loaded_meanwhile_keeps_its_own_record(session: Session) -> None:
    record_id = services.add_record(session, SYSTEM, EVENTS, FACTS, source="2019/events/foro")
    remove(session, EVENTS, record_id)
    services.add_record(session, SYSTEM, EVENTS, FACTS, source="2019/events/foro")
    removals.restore_record(session, SYSTEM, EVENTS, record_id)
    assert queries.get_record(session, EVENTS, record_id).source is None
    assert queries.count_records(session, EVENTS) == 2


def test_what_was_taken_meanwhile_stops_the_return_and_leaves_all_as_it_was(session: Session) -> None:
    call = services.add_record(session, SYSTEM, CALLS, {"name": "Fondo"})
    proposal = services.add_record(session, SYSTEM, PROPOSALS, {"name": "Agua", "call": "Fondo", "state": "presented"})
    remove(session, PROPOSALS, proposal)
    remove(session, CALLS, call)
    with pytest.raises(AppError, match="Ninguna convocatoria"), session.begin_nested():
        removals.restore_record(session, SYSTEM, PROPOSALS, proposal)
    assert queries.count_records(session, PROPOSALS) == 0
    removals.restore_record(session, SYSTEM, CALLS, call)
    removals.restore_record(session, SYSTEM, PROPOSALS, proposal)
    assert queries.count_records(session, PROPOSALS) == 1


def test_an_organisation_comes_back_before_what_names_it(session: Session) -> None:
    event = services.add_record(session, SYSTEM, EVENTS, FACTS)
    organisation = only(session, ORGANISATIONS).id
    remove(session, EVENTS, event)
    remove(session, ORGANISATIONS, organisation)
    with pytest.raises(AppError, match="primero la organización"):
        removals.restore_record(session, SYSTEM, EVENTS, event)
    removals.restore_record(session, SYSTEM, ORGANISATIONS, organisation)
    removals.restore_record(session, SYSTEM, EVENTS, event)
    assert queries.count_records(session, EVENTS, RecordFilter(index_values={"organisation": organisation.hex})) == 1


def test_after_30_days_a_removal_stands_and_its_files_go(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    with database.write_session() as session:
        early, late = (services.add_record(session, SYSTEM, EVENTS, {**FACTS, "name": name}) for name in ("A", "B"))
        for record_id in (early, late):
            attachments.add_attachment(session, SYSTEM, EVENTS, record_id, tmp_path, "nota.txt", b"Algo\n")
    now = clock.now()
    with clock.override_now(now - timedelta(days=31)), database.write_session() as session:
        remove(session, EVENTS, early)
    with database.write_session() as session:
        remove(session, EVENTS, late)
        (file,) = queries.list_attachments(session, late)
        with pytest.raises(NotFound):
            attachments.get_attachment(session, EVENTS, late, file.id)
    removals.delete_old_removals(database, settings, "")
    with database.write_session() as session:
        assert session.scalars(select(RemovedRecord.record)).all() == [late]
        assert session.scalars(select(Attachment.record)).all() == [late]
        with pytest.raises(NotFound):
            removals.restore_record(session, SYSTEM, EVENTS, early)
        removals.restore_record(session, SYSTEM, EVENTS, late)
        assert attachments.get_attachment(session, EVENTS, late, file.id).name == "nota.txt"


def test_the_page_offers_to_undo(app: Flask, office: PageClient, as_role: SignIn) -> None:
    with app.extensions["database"].write_session() as session:
        record_id = services.add_record(session, SYSTEM, EVENTS, FACTS)
    address = f"/registers/events/{record_id}"
    reply = office.post(f"{address}/remove", data=fields_of(office.get(address)))
    assert reply.status_code == 303
    page = office.get(reply.headers["Location"])
    text = page.get_data(as_text=True)
    assert "Se quitó: Foro del agua" in text
    assert "Registros quitados" in text
    assert "Foro del agua" in office.get("/registers/events/removed").get_data(as_text=True)
    restore = f"/registers/events/removed/{record_id}/restore"
    auditor = as_role("auditor")
    assert auditor.get("/registers/events/removed").status_code == 403
    assert "Foro del agua" not in auditor.get(reply.headers["Location"]).get_data(as_text=True)
    assert office.post(restore, data=fields_of(page)).headers["Location"] == address
    assert office.get(address).status_code == 200
    assert office.post(restore, data=fields_of(page)).status_code == 404


def test_a_copy_leaves_out_when_it_was_and_what_came_of_it(app: Flask, office: PageClient) -> None:
    with app.extensions["database"].write_session() as session:
        record_id = services.add_record(session, SYSTEM, EVENTS, FACTS)
    sent = fields_of(office.get(f"/registers/events/{record_id}/copy"))
    assert (sent["name"], sent["place"], sent["organisers-0-name"]) == ("Foro del agua", "UIS", "Fundación Río")
    assert [sent[key] for key in ("date", "state", "participants-number", "version")] == [""] * 4
    reply = submit(office, f"/registers/events/{record_id}/copy", date="30/03/2020", state="planned")
    assert reply.status_code == 303
    with app.extensions["database"].read_session() as session:
        assert [row.sort for row in queries.list_records(session, EVENTS)] == ["2019-03-30", "2020-03-30"]


def test_the_same_name_and_date_is_asked_about_once(app: Flask, office: PageClient) -> None:
    typed = {"name": "Mesa técnica", "state": "done", "date": "2019"}
    assert submit(office, "/registers/events/new", **typed).status_code == 303
    reply = submit(office, "/registers/events/new", **{**typed, "name": "MESA TECNICA", "place": "UIS"})
    assert reply.status_code == 409
    assert "Ya hay un registro con este nombre y esta fecha" in reply.get_data(as_text=True)
    sent = fields_of(reply)
    assert sent["place"] == "UIS"
    assert office.post("/registers/events/new", data=sent).status_code == 303
    # Another date is another event; saving an edited record asks nothing.
    assert submit(office, "/registers/events/new", **{**typed, "date": "2020"}).headers["Location"]
    with app.extensions["database"].read_session() as session:
        record_id = queries.list_records(session, EVENTS)[0].id
        assert queries.count_records(session, EVENTS) == 3
    assert submit(office, f"/registers/events/{record_id}/edit", place="Parque").status_code == 303


def test_an_event_that_ends_before_it_begins_is_refused(app: Flask, office: PageClient) -> None:
    typed = {"name": "Foro", "state": "done", "date": "30/03/2019", "until": "29/03/2019"}
    reply = submit(office, "/registers/events/new", **typed)
    assert reply.status_code == 422
    assert "El evento no puede terminar antes de empezar" in reply.get_data(as_text=True)
    assert submit(office, "/registers/events/new", **{**typed, "until": "03/2019"}).status_code == 303
    with app.extensions["database"].read_session() as session:
        assert queries.count_records(session, EVENTS) == 1


def test_the_form_is_short_first_and_a_fold_with_something_wrong_is_open(office: PageClient) -> None:
    page = office.get("/registers/events/new").get_data(as_text=True)
    assert page.count('<details class="fold"') == 3
    assert 'class="fold" open' not in " ".join(page.split())
    reply = submit(office, "/registers/events/new", name="Foro", state="done", cost__amount="mucho")
    folds = " ".join(reply.get_data(as_text=True).split()).split('<details class="fold"')[1:]
    assert [fold.lstrip().startswith("open") for fold in folds] == [False, False, True]
