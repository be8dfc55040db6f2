"""The settings of an attention point: edited, versioned, journalled, and never overwritten by a later load."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from attention_point.directory import queries, services
from attention_point.directory.privacy.privacy_notice import describe_privacy
from attention_point.directory.seed.loading import load_directory, load_shipped_files
from attention_point.directory.snapshot import PointRow
from attention_point.directory.validation.missing_contacts import (
    check_contacts,
    list_missing_contacts,
    list_missing_settings,
)
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Conflict, Invalid, NotFound
from attention_point.foundation.language import in_language
from attention_point.foundation.settings import read_settings
from tests.directory.test_editing import last_entry
from tests.directory.test_pages import fields
from tests.support.pages import PageClient

HOURS = {"es": "Lunes a viernes, 7:30 a 12:00", "en": "Monday to Friday, 7:30 to 12:00"}
NAME = {"es": "Punto de la Frontera", "en": "Border Point"}
SECOND_POINT: dict[str, Any] = {"code": "frontera", "prefix": "FRO", "name": NAME, "valid_from": "2018-01-01"}
EDIT = "/directory/points/bucaramanga/edit"


def read_point(session: Session, code: str = "bucaramanga") -> PointRow:
    point = queries.find_point(session, code)
    assert point is not None
    return point


def point_values(session: Session, **changes: Any) -> dict[str, Any]:
    names = ("name", "municipality", "print_format", "order", "valid_from")
    return {**{name: getattr(read_point(session), name) for name in names}, **changes}


def test_the_shipped_point_has_its_municipality_and_no_contact_that_nobody_confirmed(loaded: Session) -> None:
    point = read_point(loaded)
    assert (point.municipality, point.print_format, point.order) == ("68001", "a4", "needs_first")
    assert (point.address, point.hours, point.phone) == (None, None, None)


def test_a_point_of_an_older_file_gets_the_ordinary_settings(loaded: Session) -> None:
    load_directory(loaded, SYSTEM, {"points": [copy.deepcopy(SECOND_POINT)]})
    point = read_point(loaded, "frontera")
    assert (point.municipality, point.print_format, point.order) == (None, "a4", "needs_first")


def test_what_the_office_set_is_journalled_and_stays_when_the_files_are_loaded_again(
    loaded: Session, actor: Actor
) -> None:
    values = point_values(loaded, hours=HOURS, phone="607 000 0000", print_format="ticket", order="person_first")
    services.save_point(loaded, actor, "bucaramanga", 1, values)
    entry = last_entry(loaded)
    assert (entry.action, entry.subject, entry.subject_id) == ("directory.edit", "point", "bucaramanga")
    load_shipped_files(loaded)
    point = read_point(loaded)
    assert (point.hours, point.phone, point.print_format, point.order) == (
        HOURS,
        "607 000 0000",
        "ticket",
        "person_first",
    )
    assert (point.prefix, point.origin, point.version) == ("BGA", "edited", 2)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"municipality": "99999"}, "municipality"),
        ({"municipality": ""}, "municipality"),
        ({"print_format": "letter"}, "print_format"),
        ({"order": "nobody_first"}, "order"),
        ({"hours": {"es": "Lunes"}}, "hours.en"),
        ({"phone": "6" * 101}, "phone"),
        ({"retention_years": 0}, "retention_years"),
        ({"retention_years": "five"}, "retention_years"),
        ({"prefix_of": 1}, "prefix_of"),
        ({"valid_to": "2016-01-01"}, "valid_to"),
    ],
)
def test_a_setting_that_is_none_is_refused_by_its_name(
    loaded: Session, actor: Actor, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        services.save_point(loaded, actor, "bucaramanga", 1, point_values(loaded, **change))
    assert [error.field for error in caught.value.field_errors] == [field]
    assert read_point(loaded).version == 1


def test_the_second_saver_of_a_point_is_told_what_differs(loaded: Session, actor: Actor) -> None:
    services.save_point(loaded, actor, "bucaramanga", 1, point_values(loaded, print_format="ticket"))
    with in_language("en"), pytest.raises(Conflict) as caught:
        services.save_point(loaded, actor, "bucaramanga", 1, point_values(loaded, print_format="half_letter"))
    assert [difference.label for difference in caught.value.differences] == ["Paper of the slip"]
    with pytest.raises(NotFound):
        services.save_point(loaded, actor, "nowhere", 1, point_values(loaded))


def test_the_settings_are_changed_on_their_page(browse: Callable[[str], PageClient], shipped: Database) -> None:
    client = browse("office")
    assert f'href="{EDIT}"' in client.get("/directory/points").get_data(as_text=True)
    sent = fields(client.get(EDIT))
    assert sent["municipality"] == "68001"
    assert client.post(EDIT, data=sent).status_code == 303
    with shipped.read_session() as session:
        assert read_point(session).version == 1  # nothing was changed, so nothing is written
    sent |= {"hours-es": HOURS["es"], "hours-en": HOURS["en"], "print_format": "half_letter"}
    assert client.post(EDIT, data=sent).headers["Location"] == "/directory/points"
    page_text = client.get("/directory/points").get_data(as_text=True)
    assert HOURS["es"] in page_text
    assert "Media carta" in page_text
    reply = client.post(EDIT, data={**fields(client.get(EDIT)), "print_format": "letter", "phone": "607 000 0000"})
    assert reply.status_code == 422
    assert 'data-field="print_format"' in reply.get_data(as_text=True)
    assert fields(reply)["phone"] == "607 000 0000"


def test_the_privacy_notice_says_the_period_of_the_point(loaded: Session, actor: Actor) -> None:
    def read_retention() -> str:
        notice = describe_privacy(loaded, None)
        assert notice
        return notice.retention

    assert read_retention().endswith("El plazo es de 5 años después de su última atención.")
    services.save_point(loaded, actor, "bucaramanga", 1, point_values(loaded, retention_years=1))
    assert read_retention().endswith("El plazo es de 1 año después de su última atención.")
    services.save_point(loaded, actor, "bucaramanga", 2, point_values(loaded, retention_years=None))
    assert "El plazo" not in read_retention()


def test_what_is_missing_of_the_office_is_told(loaded: Session, actor: Actor) -> None:
    missing, contact = list_missing_contacts(loaded, None)
    assert ": dirección, horario, teléfono" in missing
    assert "ATTENTION_POINT_CONTACT" in contact
    values = point_values(loaded, hours=HOURS, address=HOURS, phone="607 000 0000")
    services.save_point(loaded, actor, "bucaramanga", 1, values)
    assert list(list_missing_contacts(loaded, "oficina@example.org")) == []


def test_doctor_tells_that_tablets_do_not_reach_the_address(database: Database) -> None:
    near = read_settings({"ATTENTION_POINT_CONTACT": "oficina@example.org"})
    assert [text for text in check_contacts(database, near) if "ATTENTION_POINT_PUBLIC_URL" in text]
    far = replace(near, public_url="https://punto.example.org")
    assert not [text for text in check_contacts(database, far) if "ATTENTION_POINT_PUBLIC_URL" in text]


def test_the_start_says_which_settings_the_public_misses() -> None:
    address, contact = list_missing_settings(read_settings({}))
    assert "ATTENTION_POINT_PUBLIC_URL es http://127.0.0.1:8000" in address
    assert "la página de datos abiertos no se muestra" in contact
    complete = {
        "ATTENTION_POINT_CONTACT": "oficina@example.org",
        "ATTENTION_POINT_PUBLIC_URL": "https://punto.example.org",
    }
    assert list(list_missing_settings(read_settings(complete))) == []


@pytest.mark.parametrize(("role", "is_told"), [("office", True), ("admin", True), ("auditor", False)])
def test_the_home_page_tells_who_can_complete_it(browse: Callable[[str], PageClient], role: str, is_told: bool) -> None:
    assert ("Falta completar " in browse(role).get("/dashboard").get_data(as_text=True)) is is_told
