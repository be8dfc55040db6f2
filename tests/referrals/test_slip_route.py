"""What decides, on the slip: the place, what is closed, what to keep in mind; and nothing that is confidential."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.directory.models import Place
from attention_point.directory.places.opening_hours import describe_hours
from attention_point.directory.service_rows import ServiceRow
from attention_point.foundation import clock
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import in_language
from attention_point.foundation.paperwork.slip.content import Slip
from attention_point.intake import queries as intake_queries
from attention_point.portal.queries import SLIP_CODE, list_referrals_of_slip
from attention_point.referrals import queries
from attention_point.referrals.slip import SlipTraveller, SlipVisit, build_slip, describe_guidance, describe_offer
from attention_point.referrals.slip.places import WRITING_LINE
from tests.support.directory import load_shipped
from tests.support.visits import acting, person, recorded

PLACE: dict[str, Any] = {
    "name": {"es": "Sede del centro", "en": "Centre office"},
    "address": {"es": "Calle 00 # 00-00", "en": "Calle 00 # 00-00"},
    "landmark": {"es": "frente al parque", "en": "opposite the park"},
    "neighbourhood": "Centro",
    "municipality": "68276",
    "hours": [{"weekday": day, "opens_at": "08:00", "closes_at": "12:00"} for day in range(1, 6)],
    "holidays": "closed",
    "appointment": "required",
    "appointment_note": {"es": "Se pide por WhatsApp", "en": "Ask by WhatsApp"},
    "is_free": True,
    "phone": "607 000 0000",
    "whatsapp": "300 000 0000",
    "confirmed_on": date(2017, 8, 1),
}
GUARDIAN = {"name": "Rosa Peña", "relation": "custodian"}


@pytest.fixture
def that_day() -> Iterator[None]:
    with clock.override_now(datetime(2017, 8, 9, 15, tzinfo=clock.TIME_ZONE)):
        yield


def build(
    session: Session, *, readers: frozenset[str] | None = None, with_confidential: bool = False, **visit: Any
) -> Slip:
    answer = recorded(session, **visit)
    stored = intake_queries.find_visit(session, UUID(answer["id"]))
    assert stored is not None
    traveller = SlipTraveller(
        queries.list_decrypted_of_visit(session, stored.id),
        suggestions=stored.record["suggestions"],
        complained_of=stored.record["facts"].get("complained_of"),
    )
    handed = SlipVisit(stored.point, stored.day, stored.received_at, stored.reference, stored.code, readers=readers)
    return build_slip(session, handed, [traveller], "https://punto.example", with_confidential=with_confidential)


def confirm(session: Session, entity: str, **changes: Any) -> None:
    load_shipped(session)
    session.execute(update(Place).where(Place.entity == entity).values(**{**PLACE, **changes}))


@pytest.mark.usefixtures("that_day")
def test_peer_9_the_slip_says_where_when_and_how_and_its_code_leads_the_entity_to_its_referral(
    session: Session,
) -> None:
    confirm(session, "sena")
    slip = build(session, needs=["EMP-SENA"])
    (referral,) = slip.people[0].referrals
    # The code tells nothing; who scans it at the entity finds what is the entity's own.
    code = slip.qr_code_address.rpartition("/")[2]
    assert SLIP_CODE.fullmatch(code)
    (found,) = list_referrals_of_slip(session, acting("entity", "sena"), code)
    assert (found.entity, found.state) == ("sena", "created")
    with pytest.raises(NotFound):
        list_referrals_of_slip(session, acting("entity", "icbf"), code)
    assert referral.requirements
    (place,) = directory_queries.list_places(session, "sena", "EMP-SENA", clock.today())
    assert referral.contact == (
        ("Lugar:", "Sede del centro"),
        ("Dirección:", "Calle 00 # 00-00, frente al parque, barrio Centro, Floridablanca"),
        ("Horario:", describe_hours(place)),
        ("Cómo pedir la atención:", "pida una cita antes de ir. Se pide por WhatsApp"),
        ("Teléfono:", "607 000 0000"),
        ("WhatsApp:", "300 000 0000"),
        ("Costo:", "gratis"),
    )
    assert referral.checked_note == "Información revisada el 1 de agosto de 2017."


def test_on_a_public_holiday_the_slip_says_that_the_place_is_closed(session: Session) -> None:
    with clock.override_now(datetime(2017, 8, 7, 15, tzinfo=clock.TIME_ZONE)):  # the battle of Boyacá, a Monday
        confirm(session, "sena")
        slip = build(session, needs=["EMP-SENA"], attended_at=clock.now().isoformat())
        (referral,) = slip.people[0].referrals
    assert dict(referral.contact)["Horario:"].endswith("; hoy está cerrado")


@pytest.mark.usefixtures("that_day")
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"confirmed_on": date(2017, 1, 2)}, "puede haber cambiado. Llame antes de ir."),
        ({"valid_to": date(2017, 9, 1)}, "Atienden allí hasta el 1 de septiembre de 2017."),
        ({"confirmed_on": None}, ""),
    ],
)
def test_peer_15_the_slip_says_how_far_the_place_can_be_relied_on(
    session: Session, changes: dict[str, Any], sentence: str
) -> None:
    confirm(session, "sena", **changes)
    (referral,) = build(session, needs=["EMP-SENA"]).people[0].referrals
    assert referral.checked_note.endswith(sentence)
    # Of what nobody confirmed nothing is printed; there is room for the address.
    is_confirmed = bool(changes.get("confirmed_on", "unchanged"))
    assert (referral.contact == (("Dirección:", WRITING_LINE),)) is not is_confirmed


def test_a_closed_procedure_sends_nobody_to_the_authority(session: Session) -> None:
    confirm(session, "migracion-colombia")
    slip = build(
        session,
        attended_at="2022-11-09T08:30:00-05:00",
        needs=["MIG-REG"],
        person=person(documents=[{"type": "DE"}]),
        facts={"arrived_on": "2022-03", "entry_stamped": False},
    )
    assert slip.heading == "Usted recibió orientación"
    (referral,) = slip.people[0].referrals
    assert (referral.contact, referral.requirements) == ((), ())
    assert "refugio" in referral.closed_note
    assert "Migración" not in referral.entity_name


@pytest.mark.usefixtures("that_day")
def test_the_last_day_of_a_procedure_and_its_name_are_said(session: Session) -> None:
    slip = build(session, needs=["MIG-REG"], facts={"arrived_on": "2017-06-10", "entry_stamped": True})
    contact = dict(slip.people[0].referrals[0].contact)
    assert contact["Último día para pedirlo:"] == "31 de octubre de 2017"
    assert contact["Trámite:"] == "Permiso Especial de Permanencia, fase 1"


def test_where_nobody_reads_the_person_goes_by_herself(session: Session) -> None:
    slip = build(session, needs=["EMP-SENA"], readers=frozenset({"icbf"}))
    assert slip.people[0].referrals[0].reason == "Allí nadie ve sus datos en este sistema. Vaya usted, con esta hoja."
    slip = build(session, needs=["EMP-SENA"], readers=frozenset({"sena"}))
    assert slip.people[0].referrals[0].reason == ""


def test_who_is_refused_finds_help_at_another_entity(session: Session) -> None:
    assert "Personería" in build(session, needs=["EMP-SENA"]).refused_note
    against_it = build(session, needs=["DDHH"], facts={"complained_of": "personeria"}).refused_note
    assert "Personería" not in against_it
    assert "Defensoría" in against_it


@pytest.mark.parametrize(
    ("company", "urgent", "told"),
    [("alone", "URGENTE: vaya hoy mismo", False), ("other_relative", "", True)],
)
def test_with_a_relative_the_child_s_slip_frightens_nobody(
    session: Session, company: str, urgent: str, told: bool
) -> None:
    visit: dict[str, Any] = {
        "person": person(birth_date="2010-02-01"),
        "household": {"accompanied_by": company},
        "guardian": GUARDIAN,
    }
    protection = build(session, needs=["EDU"], **visit).people[0].referrals[0]
    assert protection.urgent_text == urgent
    assert any("Nadie se lo lleva" in sentence for sentence in protection.advice) is told


BETRAYING = re.compile(
    r"violen|víctim|victim|trata\b|traffick|sexual|72|155|comisar|fiscal|caivas|lgbti|018000 ?522020|profila|onfiden",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    "visit",
    [
        {"needs": ["VBG", "HUMAN", "SALUD-AFIL"], "facts": {"violence_within_72_hours": True}},
        {"needs": ["HUMAN", "SALUD-URG", "MIG-REG"], "vulnerabilities": ["gender_violence", "lgbti"]},
        {"needs": ["TRATA", "DDHH", "EMP-SENA"], "vulnerabilities": ["trafficking"]},
        {"needs": ["VBG"]},
    ],
)
def test_without_the_confidential_part_nothing_tells_of_it(
    session: Session, visit: dict[str, Any], language: str
) -> None:
    load_shipped(session)
    with in_language(language):
        slip = build(session, attended_at="2024-05-16T08:30:00-05:00", **visit)
        whole = build(session, attended_at="2024-05-16T08:30:00-05:00", with_confidential=True, **visit)
    words = repr((slip.people, slip.emergency_lines, slip.heading, slip.refused_note))
    assert not BETRAYING.findall(words)
    # The part that she asked for says where to go, and not why.
    parts = [referral for referral in whole.people[0].referrals if referral not in slip.people[0].referrals]
    assert parts
    assert not BETRAYING.findall(repr([referral.advice for referral in parts]))
    first_words = {"es": "Vaya hoy mismo, primero a urgencias.", "en": "Go today, to emergency care first."}[language]
    assert (first_words in repr(parts)) is ("TRATA" not in visit["needs"])


def test_advice_that_would_tell_of_violence_is_for_the_agent_alone(session: Session) -> None:
    load_shipped(session)
    services: list[ServiceRow] = list(directory_queries.get_services_by_code(session).values())
    for service in services:
        codes = [row.code for row in (*service.advice, *(row for part in service.instruments for row in part.advice))]
        guidance = describe_guidance(service, {"advice": codes}, "slip")
        if not service.restricted:
            assert not re.search("género|LGBTI|trata de|sexual|72 horas", " ".join(guidance.sentences)), service.code


def test_a_suggestion_of_an_older_version_is_still_said(session: Session) -> None:
    load_shipped(session)
    service = directory_queries.get_services_by_code(session)["MIG-REG"]
    assert describe_guidance(service, {"service": "MIG-REG"}, "slip") == describe_guidance(service, {}, "card")
    assert describe_guidance(service, {"closed": True, "advice": ["gone"]}, "slip").closed_note


def test_without_the_rules_no_way_to_the_authority_is_printed(session: Session) -> None:
    confirm(session, "migracion-colombia")
    session.execute(update(Place).where(Place.entity == "sena").values(**PLACE))
    offers = {offer.entity: offer for offer in directory_queries.list_offers(session)}
    day = date(2017, 8, 9)
    assert describe_offer(session, offers["migracion-colombia"], day).contact == ()
    assert describe_offer(session, offers["sena"], day).contact
    # Which window is for the person nobody knows either: its papers are not asked for.
    permit = next(row for row in directory_queries.list_offers(session) if row.service == "MIG-REG")
    printed = describe_offer(session, permit, day)
    assert printed.requirements == ()
    assert "hasta el 31 de octubre de 2017" in printed.requirement_note
    assert "refugio" in describe_offer(session, permit, date(2017, 12, 1)).closed_note


def test_help_against_a_refusal_is_another_than_whom_the_slip_sends_to(session: Session, that_day: None) -> None:
    assert "Defensoría del Pueblo" in build(session, needs=["DDHH"], refer=["DDHH"]).refused_note
    assert "Personería" in build(session, needs=["EDU"], refer=["EDU"]).refused_note


def test_what_two_places_would_say_is_said_once_at_the_one_that_it_is_about(session: Session) -> None:
    slip = build(session, attended_at="2018-08-08T08:30:00-05:00", needs=["HUMAN"], facts={"in_transit": True})
    said = [sentence for referral in slip.people[0].referrals for sentence in referral.advice]
    assert len(said) == len(set(said))
    assert any("En camino a pie" in sentence for sentence in slip.people[0].referrals[-1].advice)
