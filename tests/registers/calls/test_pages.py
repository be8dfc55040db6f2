"""The pages of the calls, of the office and of the recipient, who has no account."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from attention_point.accounts.rules import ADDRESS_LIMIT
from attention_point.foundation.mail.models import OutboxMail
from attention_point.registers.calls.models import CallAnswer
from attention_point.registers.calls.register import CALLS, PROPOSALS, RECIPIENTS
from tests.registers.calls.house import call, day, letters, path_of, proposal, recipient, sent
from tests.registers.support import fields_of, only, submit
from tests.support.pages import PageClient

SignIn = Callable[..., PageClient]
ANSWER = {"interested": "yes", "needs": "Un equipo", "person": "Pedro Niño", "email": "", "phone": "607 555 0102"}


@pytest.fixture
def office(as_role: SignIn) -> PageClient:
    """Somebody of the office."""
    return as_role("office")


def linked(app: Flask) -> tuple[str, str]:
    """A bulletin that was sent: the path of the link, and of the form of its one call."""
    with app.extensions["database"].write_session() as session:
        call_id = call(session)
        recipient(session)
        (path,) = sent(session)
    return path, f"{path}/{call_id}"


def test_from_a_call_to_its_answers(app: Flask, office: PageClient, client: PageClient) -> None:
    reply = submit(
        office, "/registers/calls/new", name="Fondo del páramo", closes=day(20), amounts__0__amount__amount="1.000.000"
    )
    assert reply.status_code == 303
    address = reply.headers["Location"]
    assert "$ 1.000.000" in office.get(address).get_data(as_text=True)
    typed = {"name": "Laura Prada", "email": "laura@example.org", "frequency": "week", "state": "active"}
    assert submit(office, "/registers/recipients/new", **typed).status_code == 303
    assert "Fondo del páramo" in office.get("/registers/calls/coming").get_data(as_text=True)
    page = office.get("/registers/calls/bulletins")
    reply = office.post("/registers/calls/bulletins/prepare", data=fields_of(page))
    bulletin = reply.headers["Location"]
    page = office.get(bulletin)
    assert "Enviar a 1 destinatario" in page.get_data(as_text=True)
    assert office.post(f"{bulletin}/send", data={**fields_of(page), "calls": []}).status_code == 422
    assert office.post(f"{bulletin}/send", data=fields_of(page)).status_code == 303
    assert office.post(f"{bulletin}/send", data=fields_of(page)).status_code == 409
    assert "No ha respondido" in office.get(bulletin).get_data(as_text=True)
    assert office.get(f"{bulletin}/bulletin.pdf").get_data().startswith(b"%PDF")
    with app.extensions["database"].read_session() as session:
        (path,) = [path_of(letter) for letter in letters(session)]
    form = f"{path}/{address.rpartition('/')[2]}"
    assert submit(client, form, **ANSWER).status_code == 303
    assert "Respondió que le interesa" in client.get(path).get_data(as_text=True)
    answers_page = office.get(f"{address}/answers").get_data(as_text=True)
    for text in ("Han respondido 1 de 1", "Un equipo", "Pedro Niño · 607 555 0102"):
        assert text in answers_page


def test_looking_answers_nothing_and_an_answer_can_change(app: Flask, client: PageClient) -> None:
    path, form = linked(app)
    for address in (path, form):
        for method in ("GET", "HEAD"):
            assert client.open(address, method=method).status_code == 200
    assert only_answer(app) is None
    assert submit(client, form, **ANSWER).status_code == 303
    assert fields_of(client.get(form))["person"] == "Pedro Niño"
    assert submit(client, form, interested="no").status_code == 303
    answer = only_answer(app)
    assert answer is not None
    assert answer.interested is False


def only_answer(app: Flask) -> CallAnswer | None:
    """The one answer, or none."""
    with app.extensions["database"].read_session() as session:
        return session.scalars(select(CallAnswer)).one_or_none()


def test_a_wrong_answer_loses_nothing(app: Flask, client: PageClient) -> None:
    _path, form = linked(app)
    reply = submit(client, form, **{**ANSWER, "person": "", "email": "no es"})
    assert reply.status_code == 422
    page = reply.get_data(as_text=True)
    for field in ("person", "email"):
        assert f'data-field="{field}"' in page
    assert "Un equipo" in page
    assert only_answer(app) is None


def test_another_site_answers_nothing(app: Flask, client: PageClient) -> None:
    _path, form = linked(app)
    fields = {**fields_of(client.get(form)), **ANSWER}
    for site in ("cross-site", "same-site"):
        assert client.post(form, data=fields, headers={"Sec-Fetch-Site": site}).status_code == 403
    without = {key: value for key, value in fields.items() if key != "csrf_token"}
    assert client.post(form, data=without).status_code in {400, 403}
    assert PageClient(app, app.response_class).post(form, data=fields).status_code in {400, 403}  # another's token
    assert only_answer(app) is None


def test_guesses_are_slowed_down(app: Flask, client: PageClient) -> None:
    path, form = linked(app)
    fields = {**fields_of(client.get(form)), **ANSWER}
    guesses = [form.replace(path, f"/call-answers/{number:043d}") for number in range(ADDRESS_LIMIT.free_failures + 1)]
    seen = [client.post(guess, data=fields).status_code for guess in guesses]
    assert seen == [404] * ADDRESS_LIMIT.free_failures + [429]
    assert client.post(form, data=fields).status_code == 303  # who has a link is not held up by who guesses
    assert client.get("/call-answers/" + "x" * 43).status_code == 404


def test_a_call_that_closed_shows_and_takes_nothing(app: Flask, client: PageClient) -> None:
    path, form = linked(app)
    fields = {**fields_of(client.get(form)), **ANSWER}
    with app.extensions["database"].write_session() as session:
        row = only(session, CALLS)
        row.state = "closed"
    assert "ya cerró" in client.get(form).get_data(as_text=True)
    assert "ya cerró" in client.get(path).get_data(as_text=True)
    assert client.post(form, data=fields).status_code == 409
    assert only_answer(app) is None


def test_what_waits_and_what_is_kept_do_not_tell_a_link(app: Flask) -> None:
    path, _form = linked(app)
    token = path.rpartition("/")[2].encode()
    with app.extensions["database"].read_session() as session:
        assert all(token not in (row.sealed or b"") for row in session.scalars(select(OutboxMail)))


def test_a_proposal_is_added_from_its_call_and_moved(app: Flask, office: PageClient) -> None:
    with app.extensions["database"].write_session() as session:
        call_id = call(session)
    address = f"/registers/calls/{call_id}/proposals"
    page = office.get(f"{address}/new")
    assert fields_of(page)["call"] == "Fondo del páramo"
    money = {"total_value__amount": "1.000", "cofinancing_approved__amount": "600"}
    typed = {"name": "Guardianes", "state": "presented", "year": "2019", **money}
    reply = submit(office, f"{address}/new", **typed)
    assert reply.status_code == 303
    own = reply.headers["Location"]
    for place in (address, own, "/registers/proposals/board"):
        assert "$ 400" in office.get(place).get_data(as_text=True), place
    assert office.get(f"/registers/proposals/board?year={'9' * 20}").status_code == 200
    page = office.get("/registers/proposals/board")
    move = {**fields_of(page), "target": "phase-1", "year": "2019"}
    assert office.post(f"{own}/move", data=move).headers["Location"] == "/registers/proposals/board?year=2019"
    assert office.post(f"{own}/move", data={**move, "target": "approved"}).status_code == 409
    with app.extensions["database"].read_session() as session:
        assert only(session, PROPOSALS).data["phases_passed"] == 1
    assert "Primera fase superada (1)" in office.get("/registers/proposals/board").get_data(as_text=True)
    assert office.get(f"{address}").status_code == 200


def test_the_success_rate_has_its_table_and_its_chart(app: Flask, office: PageClient) -> None:
    assert "Todavía no hay propuestas" in office.get("/registers/proposals/success").get_data(as_text=True)
    with app.extensions["database"].write_session() as session:
        call(session)
        for number in range(4):
            proposal(session, f"Propuesta {number}", state="viable" if number else "presented")
    page = office.get("/registers/proposals/success").get_data(as_text=True)
    assert "75%" in page
    assert office.get("/registers/proposals/success.svg").mimetype == "image/svg+xml"


def test_deadlines_are_downloaded(app: Flask, office: PageClient) -> None:
    with app.extensions["database"].write_session() as session:
        call(session)
    reply = office.get("/registers/calls/deadlines.ics")
    assert reply.mimetype == "text/calendar"
    assert reply.get_data().count(b"BEGIN:VEVENT") == 1


def test_an_auditor_reads_and_sends_nothing(app: Flask, as_role: SignIn) -> None:
    linked(app)
    auditor = as_role("auditor")
    page = auditor.get("/registers/calls/bulletins").get_data(as_text=True)
    assert "Preparar" not in page
    address = page.split('href="/registers/calls/bulletins/')[1].split('"')[0]
    assert auditor.get(f"/registers/calls/bulletins/{address}").status_code == 200
    assert auditor.get(f"/registers/calls/bulletins/{address}/bulletin.pdf").status_code == 403
    with app.extensions["database"].read_session() as session:
        assert only(session, RECIPIENTS).version == 1
