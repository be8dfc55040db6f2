"""Nothing is lost: going back, reloading and tapping twice show the right page with what was typed."""

import html
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from attention_point.accounts.administration import account_changes
from attention_point.accounts.models import Account
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database, new_id
from attention_point.intake.models import FormDraft
from attention_point.people.models import Person
from tests.accounts.support import Clock, sign_in
from tests.intake.desk import (
    CHECK,
    NAME,
    RECORD,
    SignIn,
    checked,
    count,
    decided,
    filled,
    posted,
    recorded,
    sent,
    text,
    typed,
)
from tests.support.damage import damage, refused
from tests.support.pages import PageClient, read

GONE = "Este formulario ya no está guardado aquí."


def form_of(check_page: TestResponse) -> str:
    """The address of the form of a check page."""
    return check_page.request.path.removesuffix("/check")


def offered(page: TestResponse) -> list[str]:
    """The unfinished forms to which a page leads."""
    return [one.get("href") for one in read(text(page)) if one.get("href").startswith("/visits/drafts/")]


def test_back_and_reload_show_what_was_typed(agent: PageClient) -> None:
    empty = agent.get("/visits/new", follow_redirects=True)
    fields = {**filled(agent), "id": sent(empty, CHECK)["id"]}
    page = posted(agent, CHECK, fields)
    whole = {name: values for name, values in fields.items() if name != "csrf_token"}
    for address in (empty.request.path, form_of(page)):
        assert typed(agent.get(address)) == whole
    again = agent.get(page.request.path)
    assert sent(again, RECORD).keys() == sent(page, RECORD).keys()
    assert NAME in html.unescape(text(again))


def test_back_from_the_form_of_somebody_on_file_shows_what_was_typed(app: Flask, agent: PageClient) -> None:
    recorded(agent)
    with app.extensions["database"].read_session() as session:
        known = session.scalars(select(Person.id)).one()
    form = agent.get(f"/people/{known}/visits/new", follow_redirects=True)
    fields = {**sent(form, CHECK), "needs": ["HUMAN"], "point": ["bucaramanga"], "notes": ["Vino de nuevo"]}
    posted(agent, CHECK, fields)
    back = agent.get(form.request.path)
    assert typed(back)["notes"] == ["Vino de nuevo"]
    assert typed(back)["person_id"] == [str(known)]


def test_no_address_says_anything_about_the_person(agent: PageClient) -> None:
    fields = filled(agent)
    led = [agent.post(CHECK, data=fields)]
    page = agent.get(led[0].headers["Location"])
    led.append(agent.post(RECORD, data=decided(page)))
    token = sent(agent.get("/desk"), "/desk/search")["csrf_token"]
    led.append(agent.post("/desk/search", data={"csrf_token": token, "name": "Yohana Quixote"}))
    for reply in led:
        assert reply.status_code == 303
        parts = reply.headers["Location"].removesuffix("?print=1").strip("/").split("/")
        assert all(part in {"visits", "drafts", "check", "desk", "search"} or UUID(part) for part in parts)


def test_a_search_is_shown_again_to_who_made_it(agent: PageClient, as_role: SignIn) -> None:
    recorded(agent, given_names=["Yohana"])
    token = sent(agent.get("/desk"), "/desk/search")["csrf_token"]
    found = posted(agent, "/desk/search", {"csrf_token": token, "q": "Yohana Velásquez"})
    again = agent.get(found.request.path)
    assert "Yohana Velásquez" in text(again)
    assert typed(again, "/desk/search")["q"] == ["Yohana Velásquez"]
    reply = as_role("agent", number=2).get(found.request.path)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/desk")


def test_the_second_tap_leads_to_the_visit(app: Flask, agent: PageClient) -> None:
    page = checked(agent)
    fields = decided(page)
    first, second = agent.post(RECORD, data=fields), agent.post(RECORD, data=fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert (count(app), count(app, FormDraft)) == (1, 0)
    visit = first.headers["Location"].removesuffix("?print=1")
    for address in (form_of(page), page.request.path, f"/visits/new/{fields['id'][0]}"):
        reply = agent.get(address)
        assert (reply.status_code, reply.headers["Location"]) == (303, visit)


@pytest.mark.both_databases
def test_two_thumbs_on_save_are_one_visit(app: Flask, agent: PageClient) -> None:
    fields = decided(checked(agent))
    cookie = agent.get_cookie("session")
    assert cookie

    def save(_thumb: int) -> tuple[int, str]:
        thumb = PageClient(app, app.response_class)
        thumb.set_cookie("session", cookie.value)
        reply = thumb.post(RECORD, data=fields)
        return reply.status_code, reply.headers.get("Location", "")

    with ThreadPoolExecutor(4) as pool:
        replies = set(pool.map(save, range(4)))
    assert replies == {(303, f"/visits/{fields['id'][0]}?print=1")}
    assert (count(app), count(app, FormDraft)) == (1, 0)


def test_a_form_still_open_after_its_visit_was_saved_says_so(app: Flask, agent: PageClient) -> None:
    fields = filled(agent)
    visit = agent.post(RECORD, data=decided(posted(agent, CHECK, fields))).headers["Location"]
    visit = visit.removesuffix("?print=1")
    page = posted(agent, CHECK, {**fields, "notes": ["Otra nota"]})
    assert page.request.path == visit
    assert "Esta atención ya está guardada." in text(page)
    assert agent.post(f"/visits/drafts/{fields['id'][0]}", data=fields).status_code == 409
    assert (count(app), count(app, FormDraft)) == (1, 0)


def test_another_agent_sees_nothing_of_it(app: Flask, agent: PageClient, as_role: SignIn) -> None:
    fields = filled(agent)
    page = posted(agent, CHECK, fields)
    stranger = as_role("agent", number=2)
    token = {"csrf_token": sent(stranger.get("/desk"), "/desk/search")["csrf_token"]}
    draft = form_of(page)
    unknown = f"/visits/drafts/{new_id()}"
    for ending in ("", "/check", "?sent=1"):
        hidden, missing = stranger.get(draft + ending), stranger.get(unknown + ending)
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert GONE in text(hidden)
        assert len(text(hidden)) == len(text(missing))
    for address in (draft, f"{draft}/check", CHECK, RECORD):
        assert stranger.post(address, data={**fields, **token, "notes": ["De otra"]}).status_code == 404
    assert stranger.post(f"{draft}/discard", data=token).status_code == 303
    assert offered(stranger.get("/desk")) == []
    empty = stranger.get(f"/visits/new/{fields['id'][0]}")
    assert "Ñáñez" not in text(empty)
    assert typed(agent.get(draft))["notes"] == fields["notes"]
    assert count(app) == 0


def test_an_unfinished_form_is_offered_without_a_name(app: Flask, agent: PageClient) -> None:
    page = checked(agent)
    home = agent.get("/desk")
    assert offered(home) == [form_of(page)]
    assert "Ñáñez" not in text(home)
    assert "Continuar el registro de las" in text(home)
    discard = f"{form_of(page)}/discard"
    home = posted(agent, discard, {"csrf_token": sent(home, discard)["csrf_token"]})
    assert offered(home) == []
    assert "Descartado." in text(home)
    assert agent.get(form_of(page)).status_code == 404
    assert count(app, FormDraft) == 0


def test_the_page_s_script_keeps_a_form_while_it_is_filled_in(agent: PageClient) -> None:
    fields = filled(agent, birth_date=["no se sabe"], needs=[])
    address = f"/visits/drafts/{fields['id'][0]}"
    kept = agent.post(address, data=fields)
    assert (kept.status_code, kept.get_data()) == (204, b"")
    form = agent.get(offered(agent.get("/desk"))[0])
    assert typed(form) == {name: values for name, values in fields.items() if name != "csrf_token"}
    # What is wrong is told once the agent sends the form, not while she fills it in.
    assert 'id="birth_date-error"' not in text(form)
    assert 'id="birth_date-error"' in text(agent.get(f"{address}/check", follow_redirects=True))


def test_what_was_searched_begins_a_form(agent: PageClient) -> None:
    token = sent(agent.get("/desk"), "/desk/search")["csrf_token"]
    begun = {"given_names": ["Zoë"], "needs": ["EMP-SENA", "MIG-REG"], "id": [str(new_id())], "_resumed": ["1"]}
    form = posted(agent, "/visits/drafts", {"csrf_token": token, **begun})
    assert typed(form)["given_names"] == ["Zoë"]
    assert set(typed(form)["needs"]) == {"EMP-SENA", "MIG-REG"}
    assert typed(form)["id"] != begun["id"]
    assert typed(form)["attended_on"]


def test_a_form_that_does_not_open_says_so(app: Flask, agent: PageClient) -> None:
    page = checked(agent)
    database: Database = app.extensions["database"]
    draft_id = UUID(form_of(page).rpartition("/")[2])
    damage(database, FormDraft.sealed, draft_id)
    fields = decided(page)
    replies: Iterable[TestResponse] = [
        agent.get(form_of(page)),
        agent.get(page.request.path),
        agent.post(RECORD, data=fields),
        agent.post(page.request.path, data=fields),
    ]
    for reply in replies:
        assert reply.status_code == 409
        assert "Lo escrito en este formulario no se puede abrir. Empiece un formulario nuevo." in text(reply)
    assert refused(database) == [("form_draft", str(draft_id))]
    home = agent.get("/desk")
    discard = f"{form_of(page)}/discard"
    assert offered(posted(agent, discard, {"csrf_token": sent(home, discard)["csrf_token"]})) == []
    assert count(app) == 0


def test_a_form_of_a_disabled_agent_waits_for_nobody_else(app: Flask, agent: PageClient, as_role: SignIn) -> None:
    page, supervisor = checked(agent), as_role("supervisor")
    database: Database = app.extensions["database"]
    with database.write_session() as session:
        account = session.scalars(select(Account).where(Account.email == "agent.desk.1@example.org")).one()
        account_changes.disable_account(session, SYSTEM, account.id)
    assert agent.get(form_of(page)).headers["Location"].startswith("/sign-in")
    assert supervisor.get(form_of(page)).status_code == 404
    with database.write_session() as session:
        account_changes.enable_account(session, SYSTEM, account.id)
    assert sign_in(agent, "agent.desk.1@example.org").status_code == 302
    assert "Ñáñez" in text(agent.get(form_of(page)))


def test_a_form_of_ten_megabytes_is_refused_and_takes_nothing(agent: PageClient) -> None:
    fields = filled(agent)
    page = posted(agent, CHECK, fields)
    large = agent.post(CHECK, data={**fields, "notes": ["z" * 10_000_000]})
    assert large.status_code == 413
    assert "2 MB" in text(large)
    assert typed(agent.get(form_of(page)))["notes"] == fields["notes"]
    long = posted(agent, CHECK, {**fields, "notes": ["z" * 1_000_000]})
    assert typed(long)["notes"] == ["z" * 1_000_000]
    assert 'id="notes-error"' in text(long)


def test_a_form_is_told_to_be_gone_after_a_day(agent: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    page, time = checked(agent), Clock()
    monkeypatch.setattr(clock, "now", time)
    time.pass_by(days=2)
    assert sign_in(agent, "agent.desk.1@example.org").status_code == 302
    for address in (form_of(page), page.request.path):
        gone = agent.get(address)
        assert gone.status_code == 404
        assert GONE in text(gone)
    assert offered(agent.get("/desk")) == []
