"""The monitor: who waits and how long, how soon entities answer, what came of it, and who may see which number."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from attention_point.directory.privacy.restricted_entities import find_restricted_entities
from attention_point.foundation import clock
from attention_point.foundation.errors import Invalid
from attention_point.foundation.paperwork.cell_values import LinkedValue, strip_link
from attention_point.referrals import services
from attention_point.referrals.monitor.filters import MAX_MONTHS, Filters, parse_filters
from attention_point.referrals.monitor.queries import BANDS, TOGETHER, Monitor, collect_monitor, find_median_band
from attention_point.referrals.monitor.tables import build_report
from attention_point.referrals.services import Answer
from tests.support.staff import SignIn
from tests.support.visits import acting, recorded

NOON = datetime(2026, 11, 12, 12, tzinfo=clock.TIME_ZONE)
MONTHS = (NOON.date().replace(day=1),)
ENTITIES = ("sena", "migracion-colombia", "comisaria-familia")


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.override_now(NOON):
        yield


def refer(session: Session, need: str, entity: str, days_ago: int = 0, *answers: tuple[int, Answer]) -> UUID:
    """Refer somebody so many days ago; each answer comes so many days after."""
    moment = NOON - timedelta(days=days_ago)
    with clock.override_now(moment):
        answer = recorded(session, needs=[need], attended_at=moment.isoformat())
    referral = next(UUID(one["id"]) for one in answer["referrals"] if one["entity"] == entity)
    for days, given_answer in answers:
        with clock.override_now(moment + timedelta(days=days)):
            services.mark_referral_seen(session, acting("entity", entity), referral)
            services.answer_for_entity(session, acting("entity", entity), referral, given_answer)
    return referral


def read(session: Session, hidden: frozenset[str] = frozenset(), filters: Mapping[str, Any] | None = None) -> Monitor:
    shown = [code for code in ENTITIES if code not in hidden]
    return collect_monitor(session, Filters(MONTHS, **(filters or {})), [*shown, *hidden], ["bucaramanga"], hidden)


def test_the_figures_of_an_entity(session: Session) -> None:
    refer(session, "EMP-SENA", "sena")
    refer(session, "EMP-SENA", "sena", 5)
    refer(session, "EMP-SENA", "sena", 9, (3, Answer("attended", 1)))
    refer(session, "EMP-SENA", "sena", 8, (1, Answer("rejected", 1, reason_code="no-places")))
    refer(session, "EMP-SENA", "sena", 8, (0, Answer("accepted", 1)))
    for filters in ({}, {"point": "bucaramanga"}, {"entity": "sena"}):
        monitor = read(session, filters=filters)
        figures = monitor.entities["sena"]
        assert {band: count for band, count in figures.waiting.items() if count} == {"0": 1, "4-7": 1}
        assert {band: count for band, count in figures.accepted.items() if count} == {"8-15": 1}
        assert (figures.referral_total, figures.states["attended"], figures.still_waiting) == (5, 1, 2)
        assert figures.answers == {"2-3": 1, "1": 1, "0": 1}
        assert figures.openings == figures.answers
        assert monitor.reasons == {"sena": {"no-places": 1}}
        assert not figures.is_capped


def test_the_time_to_open_is_that_of_the_first_opening(session: Session) -> None:
    referral = refer(session, "EMP-SENA", "sena", 6)
    with clock.override_now(NOON - timedelta(days=5)):
        services.mark_referral_seen(session, acting("entity", "sena"), referral)
    services.answer_for_entity(session, acting("entity", "sena"), referral, Answer("accepted", 1))
    figures = read(session).entities["sena"]
    assert (figures.openings, figures.answers) == ({"1": 1}, {"4-7": 1})


def test_confidential_entities_stand_together_for_whoever_may_not_see_them(session: Session) -> None:
    hidden = find_restricted_entities(session) or frozenset({"comisaria-familia"})
    assert "comisaria-familia" in hidden
    refer(session, "VBG", "comisaria-familia", 2, (1, Answer("rejected", 1, reason_code="no-places")))
    refer(session, "EMP-SENA", "sena")
    # What happens this month would say what somebody came for who leaves the desk now.
    assert read(session, hidden).entities.keys() == {"sena"}
    with clock.override_now(NOON + timedelta(days=31)):
        office = read(session, hidden)
    assert "comisaria-familia" not in office.entities
    assert office.entities[TOGETHER].referral_total >= 1
    assert office.entities[TOGETHER].open_total == 0
    assert office.reasons == {}
    names = {"sena": "SENA", "comisaria-familia": "Comisaría"}
    texts = str(build_report(office, names, lambda _entity, _kind: None, NOON).blocks)
    assert "Comisaría" not in texts
    supervisor = read(session)
    assert supervisor.entities["comisaria-familia"].referral_total == 1
    assert supervisor.reasons == {"comisaria-familia": {"no-places": 1}}
    # Most people go to the hospital for something else: nothing of its figures may be short of one.
    refer(session, "VBG", "salud", 2, (1, Answer("rejected", 1, reason_code="no-places")))
    for hides, code in ((hidden, "other"), (frozenset[str](), "no-places")):
        figures = collect_monitor(session, Filters(MONTHS), ["salud"], ["bucaramanga"], hides)
        assert (figures.entities["salud"].states["rejected"], figures.reasons) == (1, {"salud": {code: 1}})


def test_the_tables_add_up_and_numbers_lead_to_their_lists(session: Session) -> None:
    refer(session, "EMP-SENA", "sena", 3)
    refer(session, "EDU", "secretaria-educacion", 20)
    report = build_report(read(session), {}, lambda entity, kind: f"/list/{entity}/{kind}", NOON)
    for table in report.tables:
        if table.has_total_row and table.id != "times":
            *rows, total = table.rows
            for column, cell in enumerate(total):
                if isinstance(cell, int):
                    assert cell == sum(int(str(strip_link(row[column]) or 0)) for row in rows)
    links = {
        cell.href for table in report.tables for row in table.rows for cell in row if isinstance(cell, LinkedValue)
    }
    assert "/list/sena/waiting" in links


@given(st.dictionaries(st.sampled_from(BANDS), st.integers(0, 50)))
def test_half_of_the_times_are_at_most_the_median(counts: Mapping[str, int]) -> None:
    band, total = find_median_band(counts), sum(counts.values())
    if not total:
        assert band is None
        return
    assert band is not None
    up_to = sum(counts.get(one, 0) for one in BANDS[: BANDS.index(band) + 1])
    assert 2 * up_to >= total > 2 * (up_to - counts[band])


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"first": "2026-13"}, "first"),
        ({"first": "2026-11", "last": "2026-10"}, "last"),
        ({"last": "2026-12"}, "last"),
        ({"first": "2020-01", "last": "2026-11"}, "first"),
        ({"point": "x"}, "point"),
        ({"entity": "comisaria-familia"}, "entity"),
    ],
)
def test_a_wrong_filter_is_named(arguments: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_filters(arguments, {"bucaramanga": "B"}, {"sena": "SENA"}, NOON.date())
    assert [error.field for error in refused.value.field_errors] == [field]


@given(st.text(max_size=8), st.text(max_size=8))
def test_no_text_of_an_address_breaks_the_filters(first: str, last: str) -> None:
    try:
        filters = parse_filters({"first": first, "last": last}, {}, {}, NOON.date())
    except Invalid:
        return
    assert 1 <= len(filters.months) <= MAX_MONTHS


def test_each_role_sees_its_own_page(as_role: SignIn) -> None:
    office, supervisor, entity = as_role("office"), as_role("supervisor"), as_role("entity", "sena")
    with office.application.extensions["database"].write_session() as session:
        refer(session, "EMP-SENA", "sena")
        refer(session, "VBG", "comisaria-familia")
    pages = {}
    for name, client, address in (
        ("office", office, "/referrals/monitor"),
        ("supervisor", supervisor, "/referrals/monitor"),
        ("entity", entity, "/portal/monitor"),
    ):
        reply = client.get(address)
        assert reply.status_code == 200
        pages[name] = reply.get_data(as_text=True)
        assert client.get(f"{address}/charts/open.svg").mimetype == "image/svg+xml"
        assert client.get(f"{address}/charts/none.svg").status_code == 404
        assert client.get(f"{address}?first=x").status_code == 422
        workbook = client.get(f"{address}/figures.xlsx")
        assert workbook.data[:2] == b"PK"
        assert "cifras-de-remisiones-" in workbook.headers["Content-Disposition"]
    assert "Comisaría" not in pages["office"]
    assert "Entidades de temas confidenciales, juntas" not in pages["office"]
    assert "Comisaría" in pages["supervisor"]
    assert "/referrals?entity=sena" in pages["supervisor"]
    assert "/referrals?entity=sena" not in pages["office"]
    assert ("Comisaría" in pages["entity"], "/portal?show=" in pages["entity"]) == (False, True)
    assert supervisor.get("/referrals?entity=sena&state=waiting").status_code == 200
    assert entity.get("/referrals/monitor").status_code == 403
    assert as_role("agent").get("/referrals/monitor").status_code == 403
