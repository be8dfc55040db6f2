"""The list from which an entity works: its order, its filters, whom its box finds, what is answered from it."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from attention_point.foundation import clock
from attention_point.foundation.database import new_id
from attention_point.foundation.journal.partner_entries import EntryRow
from attention_point.foundation.journal.queries import EntrySearch, list_newest_entries
from attention_point.portal.inbox import finding
from attention_point.portal.inbox.forms import pack_chosen, read_chosen, unpack_chosen
from attention_point.portal.inbox.order import index_keeper, listing
from attention_point.portal.inbox.order.entries import ANSWERED, STATES_OF_TAB, WAITING, Entry
from attention_point.portal.inbox.order.filters import InboxFilter, read_filter
from attention_point.portal.inbox.order.index import EntityIndex
from attention_point.referrals import services
from attention_point.referrals.appointments import Appointment
from attention_point.referrals.services import Answer
from tests.portal.support import browser, hidden, referral_of, visit
from tests.support.pages import PageClient
from tests.support.visits import acting, person, recorded

SENA = acting("entity", "sena")
CHILD_ALONE = {"person": person(birth_date="2006-02-01"), "household": {"accompanied_by": "alone"}}
STATES = [state for states in STATES_OF_TAB.values() for state in states]


def text(page: TestResponse) -> str:
    return page.get_data(as_text=True)


def to_sena(session: Session, **changes: object) -> UUID:
    return referral_of(recorded(session, needs=["EMP-SENA"], **changes), "sena")


def listed(session: Session, inbox_filter: InboxFilter, size: int = 50, entity: str = "sena") -> list[UUID]:
    index, after, ids = listing.open_index(session, entity), None, []
    while True:
        page = listing.list_page(session, entity, index, inbox_filter, after, size)
        ids += [referral.id for referral in page.referrals]
        if page.next_after is None:
            return ids
        after = page.next_after


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.sampled_from(STATES), st.booleans(), st.sampled_from([True, False, None]))
    )
)
def test_the_index_holds_each_referral_once_in_the_order_of_its_keys(
    changes: list[tuple[int, str, bool, bool | None]],
) -> None:
    index, expected = EntityIndex(), {}
    for number, state, is_first, restricted in changes:
        entry = Entry(UUID(int=number), state, "X", is_first, restricted, number, clock.today(), None)
        index.put([entry])
        expected[number] = entry
    for tab in STATES_OF_TAB:
        for restricted in (True, False):
            entries = [row for row in expected.values() if row.tab == tab and row.stands_in(restricted=restricted)]
            assert list(index.iterate(tab, restricted=restricted)) == sorted(entries, key=lambda row: row.sort_key)
            assert index.count(tab, restricted=restricted) == len(entries)
    index.remove([row.id for row in expected.values()])
    assert (len(index), index.count_open(), index.list_services(restricted=False)) == (0, 0, [])


def test_urgent_ones_stand_on_top_then_the_oldest_and_every_page_leads_on(session: Session) -> None:
    now, moments = clock.now(), (3, 5, 1, 4)
    made = {}
    for days in moments:
        with clock.override_now(now - timedelta(days=days)):
            made[days] = to_sena(session)
    assert listed(session, InboxFilter()) == [made[days] for days in (5, 4, 3, 1)]
    assert listed(session, InboxFilter(), size=1) == listed(session, InboxFilter())
    # An answer, a new one and one that is reopened: the list follows each, on the same index.
    services.answer_for_entity(session, SENA, made[4], Answer("attended", 1))
    newest = to_sena(session)
    assert listed(session, InboxFilter()) == [made[5], made[3], made[1], newest]
    assert listed(session, InboxFilter(tab=ANSWERED)) == [made[4]]
    services.answer_for_entity(session, SENA, made[4], Answer("seen", 2, "No terminó"))
    assert listed(session, InboxFilter()) == [made[5], made[3], made[1], newest, made[4]]


def test_a_child_alone_stands_on_top_of_older_ones(session: Session) -> None:
    icbf = acting("entity", "icbf")
    referrals = [referral_of(recorded(session, **CHILD_ALONE), "icbf") for _each in range(2)]
    services.answer_for_entity(session, icbf, referrals[0], Answer("accepted", 1))
    index = listing.open_index(session, "icbf")
    entry = index.entries.find_entry(referrals[1])
    assert entry is not None
    assert entry.is_first


def test_what_nobody_knew_to_be_confidential_stands_in_no_ordinary_list(session: Session) -> None:
    referral = referral_of(recorded(session, needs=["VBG"]), "salud")
    listing.open_index(session, "salud")
    index = listing.open_index(session, "salud").entries
    entry = index.find_entry(referral)
    assert entry is not None
    index.put([entry._replace(restricted=None)])  # it did not open when the list was put in order
    assert listed(session, InboxFilter(), entity="salud") == []
    assert listed(session, InboxFilter(restricted=True), entity="salud") == [referral]


def test_what_the_index_lacks_is_read_from_the_database(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    referrals = [to_sena(session) for _each in range(5)]
    ended = [to_sena(session) for _each in range(3)]
    for referral in ended:
        services.answer_for_entity(session, SENA, referral, Answer("attended", 1))
    monkeypatch.setattr(index_keeper, "MAX_OPEN", 2)
    monkeypatch.setattr(index_keeper, "MAX_ENDED", 1)
    monkeypatch.setattr(index_keeper, "_KEEPERS", {})
    assert listed(session, InboxFilter(), size=2) == referrals
    assert listed(session, InboxFilter(tab=ANSWERED), size=2) == ended[::-1]
    index = listing.open_index(session, "sena")
    assert not index.has_all_open
    counts = listing.count_tabs(index, restricted=False)
    assert (counts[WAITING].is_least, counts[ANSWERED].is_least) == (True, True)


def test_the_filters_narrow_the_list(session: Session) -> None:
    with clock.override_now(clock.now() - timedelta(days=30)):
        old = to_sena(session)
    new = to_sena(session)
    services.mark_referral_seen(session, SENA, new)
    today = clock.today()
    for arguments, expected in (
        ({}, [old, new]),
        ({"came": "late"}, [old]),
        ({"came": "today"}, [new]),
        ({"came": "days-8-30"}, [old]),
        ({"state": "seen"}, [new]),
        ({"state": "rejected"}, []),
        ({"service": "EMP-SENA"}, [old, new]),
        ({"service": "NOTHING"}, []),
        ({"day": today.isoformat()}, [new]),
        ({"day": (today - timedelta(days=30)).isoformat()}, [old]),
        ({"day": "never", "came": "x", "show": "x", "state": "x"}, [old, new]),
    ):
        assert listed(session, read_filter(arguments)) == expected, arguments
        assert read_filter(read_filter(arguments).arguments) == read_filter(arguments)


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("yohana velasques", True),
        ("Canario Velásquez", True),
        ("velasqez", True),
        ("Marta Suárez", False),
        ("PA 045678123", True),
        ("045678123", True),
        ("999999999", False),
    ],
)
def test_the_box_finds_who_has_a_referral_here_by_what_the_entity_may_see(
    session: Session, typed: str, is_found: bool
) -> None:
    known = person(given_names="Yohana Canario", documents=[{"type": "PA", "number": "045678123"}])
    referral = to_sena(session, person=known)
    recorded(session, needs=["MIG-REG"], person=person(given_names="Marta", surname_1="Suárez", surname_2="Mora"))
    found = finding.find_referrals(session, SENA, typed)
    assert [row.referral.id for row in found.disclosures] == ([referral] if is_found else [])
    # Of another entity's people it finds nobody.
    assert not finding.find_referrals(session, acting("entity", "dane"), typed).disclosures


def test_a_reference_and_a_slip_lead_to_the_entity_s_own_and_restricted_ones_stay_apart(session: Session) -> None:
    answer = recorded(session, needs=["EMP-SENA"])
    for typed in (answer["reference"], answer["reference"].lower().replace("-", " ")):
        found = finding.find_referrals(session, SENA, typed)
        assert [row.reference for row in found.disclosures] == [answer["reference"]]
        assert not finding.find_referrals(session, acting("entity", "icbf"), typed).disclosures
    violence = recorded(session, needs=["VBG"], person=person(given_names="Canaria", surname_1="Roja"))
    entity = violence["referrals"][0]["entity"]
    officer = acting("entity", entity)
    for typed in ("Canaria Roja", violence["reference"]):
        assert not finding.find_referrals(session, officer, typed).disclosures
    assert finding.find_referrals(session, officer, violence["reference"], restricted=True).disclosures


def choose(page: TestResponse) -> list[str]:
    return re.findall(r'name="chosen" value="([^"]+)" autocomplete', text(page))


def journal_of(app: Flask, action: str) -> Sequence[EntryRow]:
    with app.extensions["database"].read_session() as session:
        return list_newest_entries(session, None, 100, EntrySearch(action=action))


def test_several_are_answered_from_the_list_and_undone(app: Flask) -> None:
    for _each in range(3):
        visit(app, needs=["EMP-SENA"])
    client = browser(app, entity="sena")
    page = client.get("/portal")
    token, chosen = hidden(page, "csrf_token"), choose(page)
    assert len(chosen) == 3
    sent = {"csrf_token": token, "chosen": chosen, "answer": "rejected:no-places"}
    reply = client.post("/portal/answers", data=sent)
    assert reply.status_code == 303
    after = client.get(reply.headers["Location"])
    assert "3 respuestas guardadas." in text(after)
    undo = re.findall(r'name="chosen" value="([^"]+)">', text(after))
    assert len(undo) == 3
    reply = client.post("/portal/answers/undo", data={"csrf_token": token, "chosen": undo})
    page = client.get(reply.headers["Location"])
    assert "3 respuestas deshechas." in text(page)
    assert len(choose(page)) == 3
    nothing = client.post("/portal/answers", data={"csrf_token": token, "answer": "attended"})
    assert "Elija al menos una remisión." in text(client.get(nothing.headers["Location"]))
    bad = client.post("/portal/answers", data={**sent, "chosen": choose(page), "answer": "rejected:nothing"})
    assert "Este código no existe." in text(client.get(bad.headers["Location"]))


def test_the_search_stands_in_no_address_and_only_a_slip_s_page_may_use_the_camera(app: Flask) -> None:
    visit(app, needs=["EMP-SENA"], person=person(surname_1="Canarioverde"))
    client = browser(app, entity="sena")
    page = client.get("/portal")
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "camera=()" in client.get("/directory/").headers["Permissions-Policy"]
    reply = client.post("/portal/search", data={"csrf_token": hidden(page, "csrf_token"), "q": "canarioverde"})
    assert "canario" not in reply.headers["Location"].lower()
    assert "Canarioverde" in text(client.get(reply.headers["Location"]))
    [entry] = journal_of(app, "referral.search")
    assert "anario" not in str(entry.detail)
    # Another account of the same entity cannot open what this one typed.
    assert browser(app, entity="sena").get(reply.headers["Location"]).status_code == 303


def read_workbook(client: PageClient, address: str) -> str:
    """The text of all parts of a workbook."""
    archive = zipfile.ZipFile(io.BytesIO(client.get(address).data))
    return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))


def test_the_list_as_a_workbook_says_what_it_is_and_the_journal_keeps_it(app: Flask) -> None:
    answer = visit(app, needs=["EMP-SENA"], person=person(given_names="=cmd|1", surname_1="Canariogris"))
    client = browser(app, entity="sena")
    content = read_workbook(client, "/portal/list.xlsx")
    assert "Datos personales solo para atender" in content
    assert "Canariogris" in content
    assert answer["reference"] in content
    assert "<f>" not in content  # no text becomes a formula
    [entry] = journal_of(app, "referral.export")
    assert str(referral_of(answer, "sena")) in str(entry.detail)
    assert "Canariogris" in text(client.get("/portal/print"))
    # On paper too an accepted one says when and where the person is expected; and "p. m." ends with its own full stop.
    appointment = Appointment((clock.now() + timedelta(days=7)).isoformat(), "Calle 16 # 27-37", "Copia del pasaporte")
    with app.extensions["database"].write_session() as session:
        services.answer_for_entity(
            session, SENA, referral_of(answer, "sena"), Answer("accepted", 1, appointment=appointment)
        )
    printed = text(client.get("/portal/print?show=accepted"))
    for content in (printed, read_workbook(client, "/portal/list.xlsx?show=accepted")):
        assert "Calle 16 # 27-37" in content
        assert "Copia del pasaporte" in content
    assert ".." not in printed.partition("</main>")[0].partition("<main")[2]


def test_after_an_answer_the_next_one_is_opened(app: Flask) -> None:
    first, second = (referral_of(visit(app, needs=["EMP-SENA"]), "sena") for _each in range(2))
    client = browser(app, entity="sena")
    for referral, expected in ((first, f"/portal/referrals/{second}"), (second, "/portal")):
        page = client.get(f"/portal/referrals/{referral}")
        sent = {name: hidden(page, name) for name in ("csrf_token", "version")}
        reply = client.post(f"/portal/referrals/{referral}/answer", data={**sent, "state": "attended", "then": "next"})
        assert reply.headers["Location"].endswith(expected)


def test_an_entity_edits_its_own_reasons_and_no_other_s(app: Flask) -> None:
    client = browser(app, entity="sena")
    page = client.get("/entities/sena/reasons")
    assert "No hay cupo ahora" in text(page)
    assert client.get("/entities/icbf/reasons").status_code == 404
    assert browser(app, "office").get("/entities/icbf/reasons").status_code == 200
    sent = {name: hidden(page, name) for name in ("csrf_token", "version")}
    reply = client.post(
        "/entities/sena/reasons", data={**sent, "reasons-0-es": "Curso lleno", "reasons-1-es": "x" * 90}
    )
    assert reply.status_code == 422
    reply = client.post("/entities/sena/reasons", data={**sent, "reasons-0-es": "Curso lleno"})
    assert reply.status_code == 303
    visit(app, needs=["EMP-SENA"])
    assert "Curso lleno" in text(client.get("/portal"))


def test_chosen_rows_are_packed_into_an_address_and_nothing_else_is_read_out_of_one() -> None:
    versions = {new_id(): number for number in range(1, 51)}
    assert unpack_chosen(pack_chosen(versions)) == versions
    for wrong in ("", "?", "a", "ñ", "A" * 5000):
        assert len(unpack_chosen(wrong)) <= 50
    assert read_chosen(["x", f"{new_id()}:", "0" * 36 + ":1"]) == {}
