"""What waits in the directory: the most used entries first, what ends within 60 days, a letter a week."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.accounts import services as account_services
from attention_point.directory import queries
from attention_point.directory.models import Place, Service
from attention_point.directory.places.services import save_place
from attention_point.directory.revision import increase_revision
from attention_point.directory.upkeep import endings, review
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.database import Database
from attention_point.foundation.language import in_language
from attention_point.foundation.mail.models import OutboxMail
from attention_point.tallies.services import add_to_tallies
from tests.accounts.support import password_hash
from tests.directory.samples import confirm_all_but
from tests.directory.test_pages import fields
from tests.support.pages import PageClient

TODAY = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _on_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def count_referrals(session: Session, counts: dict[str, int]) -> None:
    cells = {(TODAY, "bucaramanga", "referrals-by-entity", code): count for code, count in counts.items()}
    add_to_tallies(session, cells)


def test_the_entries_to_which_most_were_referred_come_first(loaded: Session) -> None:
    count_referrals(loaded, {"imebu": 9, "acnur": 7, "dane": 99})
    codes = [row.code for row in review.list_most_used_entities(loaded, TODAY)]
    assert codes[:2] == ["imebu", "acnur"]
    assert len(codes) == 10
    assert "dane" not in codes  # nobody is referred there


def test_without_referrals_those_come_first_that_offer_most(loaded: Session) -> None:
    codes = [row.code for row in review.list_most_used_entities(loaded, TODAY)]
    offered = [offer.entity for offer in queries.list_offers(loaded) if offer.is_in_force(TODAY)]
    counts = [offered.count(code) for code in codes]
    assert counts == sorted(counts, reverse=True)
    assert review.list_most_used_entities(loaded, TODAY)[0].code == codes[0]  # the same each time


def test_a_confirmed_entry_waits_no_longer_until_it_is_stale(loaded: Session) -> None:
    rows = review.list_most_used_entities(loaded, TODAY)
    assert review.list_entities_to_confirm(loaded, rows, TODAY) == rows
    confirm_all_but(loaded, {rows[3].code})
    waiting = {row.code for row in review.list_entities_to_confirm(loaded, rows, TODAY)}
    without_place = {row.code for row in rows if not queries.list_places(loaded, row.code, None, TODAY)}
    assert waiting == {rows[3].code, *without_place}
    assert review.list_entities_to_confirm(loaded, rows, TODAY + timedelta(days=180)) == rows


@pytest.mark.parametrize(("days", "is_told"), [(-1, False), (0, True), (60, True), (61, False)])
def test_peer_15_what_ends_is_told_sixty_days_before(loaded: Session, actor: Actor, days: int, is_told: bool) -> None:
    before = set(endings.list_endings(queries.get_directory(loaded), TODAY))
    last_day = TODAY + timedelta(days=days)
    save_place(loaded, actor, "icbf", 1, {"valid_from": "2017-01-01", "valid_to": last_day.isoformat()})
    school, permits = (loaded.get_one(Service, code) for code in ("EDU", "MIG-REG"))
    school.valid_to = last_day
    window = {**(permits.instruments or [])[-1], "valid_to": last_day.isoformat()}
    permits.instruments = [*(permits.instruments or [])[:-1], window]
    increase_revision(loaded)
    with in_language("es"):
        told = set(endings.list_endings(queries.get_directory(loaded), TODAY)) - before
    assert {(row.subject, row.code) for row in told} == (
        {("place", "icbf"), ("service", "EDU"), ("window", "MIG-REG")} if is_told else set()
    )


def test_an_end_is_saved_and_its_page_says_what_it_leaves_behind(
    browse: Callable[[str], PageClient], shipped: Database
) -> None:
    shipped.info["needs_led_to_by_rules"] = frozenset({"SALUD-URG"})  # as the application has it
    client, address = browse("office"), "/directory/services/SALUD-URG"
    assert "nadie atiende" not in client.get(address).text
    sent: dict[str, Any] = {**fields(client.get(f"{address}/edit")), "valid_to": "31/12/2026"}
    tried = client.post(f"{address}/edit", data={**sent, "preview": "yes"})
    saved = client.post(f"{address}/edit", data=sent, follow_redirects=True)
    for page in (tried, saved, client.get("/directory/upkeep")):
        assert "Desde el 1 de enero de 2027, «Petición, tutela o queja por derechos humanos» lleva a algo" in page.text
        assert "las reglas del programa llevan a algo que nadie atiende: Atención de urgencias" in page.text
    # The only entity that gives a service ends: the service goes on, and nobody gives it.
    sent = {**fields(client.get("/directory/entities/sisben/edit")), "valid_to": "31/12/2035"}
    assert (
        "nadie lo ofrece" not in client.post("/directory/entities/sisben/edit", data=sent, follow_redirects=True).text
    )
    sent = {**fields(client.get("/directory/entities/imebu/edit")), "valid_to": "31/12/2035"}
    page = client.post("/directory/entities/imebu/edit", data=sent, follow_redirects=True)
    assert "Desde el 1 de enero de 2036 nadie lo ofrece: Empleo y emprendimiento con el IMEBU." in page.text
    assert "IMEBU" not in client.get("/directory/upkeep").text.partition("Confirme")[0]  # not within 60 days


def test_one_letter_a_week_goes_to_those_who_can_mend_it(loaded: Session, actor: Actor) -> None:
    for role in ("office", "agent"):
        new = account_services.NewAccount(f"{role}@example.org", "Ana Rojas", role, None)
        account_services.add_account(loaded, SYSTEM, new, password_hash(), must_change=False)
    week = endings.find_due_week(TODAY)
    assert week == "2026-11-30"
    confirm_all_but(loaded, set())
    if not endings.list_endings(queries.get_directory(loaded), TODAY):
        endings.queue_warnings(loaded, week, "https://punto.example")
        assert loaded.scalars(select(OutboxMail)).all() == []
    last_day = (TODAY + timedelta(days=9)).isoformat()
    save_place(loaded, actor, "icbf", 1, {"valid_from": "2017-01-01", "valid_to": last_day})
    for _run in range(2):
        endings.queue_warnings(loaded, week, "https://punto.example")
    assert len(loaded.scalars(select(OutboxMail)).all()) == 1


def test_the_review_leads_from_one_entry_to_the_next(browse: Callable[[str], PageClient], shipped: Database) -> None:
    client = browse("office")
    first = client.get("/directory/review").headers["Location"]
    sent: dict[str, Any] = fields(client.get(first))
    assert client.post(first, data=sent).status_code == 422  # nothing is known yet: nothing to confirm
    sent |= {"phone": "607 000 0000", "hours-0-weekdays": ["working-week"], "hours-0-opens_at": "8:00"}
    reply = client.post(first, data=sent)
    assert 'id="hours-0-closes_at-error"' in reply.text
    reply = client.post(first, data={**sent, "hours-0-weekdays": [], "hours-0-closes_at": "12:00"})
    assert "Días: Este dato es obligatorio." in reply.text
    second = client.post(first, data={**sent, "hours-0-closes_at": "12:00"}).headers["Location"]
    assert second != first
    assert client.get("/directory/review").headers["Location"] == second
    with shipped.read_session() as session:
        place = session.get(Place, first.rpartition("/")[2])
        assert place is not None
        assert (place.confirmed_on, len(place.hours)) == (TODAY, 5)


def test_the_office_s_home_says_what_waits(browse: Callable[[str], PageClient]) -> None:
    assert "están por confirmar dónde atienden" in browse("office").get("/dashboard").text
    assert "por confirmar dónde atienden" not in browse("auditor").get("/dashboard").text
