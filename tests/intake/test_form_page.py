"""The form as a page: what stands in sight, what is folded, what is proposed, and that nothing is cut or lost."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.directory.models import Point
from attention_point.foundation import clock
from attention_point.foundation.language import gettext
from attention_point.intake.form.long_lists import describe_unknown_name, find_code_by_name
from attention_point.intake.models import Visit
from attention_point.people.records import view_person
from attention_point.tallies.queries import list_frequent_codes
from attention_point.tallies.services import add_to_tallies
from tests.intake.desk import CHECK, RECORD, checked, decided, filled, posted, recorded, sent, text, told_beside
from tests.support.directory import load_shipped
from tests.support.pages import Element, PageClient, read
from tests.support.visits import AGENT


def _open_form(agent: PageClient) -> str:
    return text(agent.get("/visits/new", follow_redirects=True))


def _find_controls(page: str, name: str) -> list[Element]:
    return [element for element in read(page) if element.get("name") == name]


def _read_phone(app: Flask) -> str:
    with app.extensions["database"].write_session() as session:
        person_id = session.scalars(select(Visit.person_id)).one()
        return view_person(session, AGENT, person_id, "page").record["phone"]


def test_the_point_s_own_municipality_is_proposed(agent: PageClient) -> None:
    (box,) = _find_controls(_open_form(agent), "municipality")
    assert box.get("value") == "Bucaramanga (Santander)"
    assert re.fullmatch(r"/lists/[0-9a-f]{12}/municipality\.es\.json", box.get("data-list"))


def test_long_lists_are_not_sent_with_the_form(agent: PageClient) -> None:
    page = _open_form(agent)
    assert "Piedecuesta" not in page
    assert "Afganistán" not in page
    assert len(page) < 70_000  # characters; it was 154,000


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Piedecuesta (Santander)", "68547"),
        ("piedecuesta", "68547"),
        ("Giron (Santander)", "68307"),
        ("68001", "68001"),
        ("bucaram", "68001"),
        ("bucara", "bucara"),  # Bucaramanga, or Bucarasica
        ("", ""),
        ("Nowhere at all", "Nowhere at all"),
        ("Barbosa", "Barbosa"),  # two municipalities have this name
    ],
)
def test_a_name_is_read_as_its_code_where_one_alone_has_it(typed: str, code: str) -> None:
    assert find_code_by_name("municipality", typed) == code


@pytest.mark.parametrize("typed", ["Venezuela", "venezuela", "VE"])
def test_a_country_is_read_in_either_spelling(typed: str) -> None:
    assert find_code_by_name("nationality", typed) == "VE"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("Barbosa", "Barbosa (Santander)"),
        ("Bucara", "Bucaramanga (Santander)"),
        ("Bucaramnga", "Bucaramanga (Santander)"),
    ],
)
def test_a_name_that_is_none_gets_the_nearest_offered_and_stays(agent: PageClient, typed: str, offered: str) -> None:
    page = posted(agent, CHECK, filled(agent, municipality=[typed]))
    told_beside(page, "municipality", "municipality")
    assert offered in text(page)
    assert sent(page, CHECK)["municipality"] == [typed]


def test_a_name_far_from_all_is_told_without_an_offer() -> None:
    assert describe_unknown_name("municipality", "%%%%") == gettext(
        "No option in the list has this name. Choose one from the list."
    )


def test_a_typed_name_is_recorded_as_its_code(app: Flask, agent: PageClient) -> None:
    recorded(agent, municipality=["floridablanca"])
    with app.extensions["database"].write_session() as session:
        person_id = session.scalars(select(Visit.person_id)).one()
        assert view_person(session, AGENT, person_id, "page").record["municipality"] == "68276"


def test_every_optional_choice_has_a_way_back(agent: PageClient) -> None:
    radios = [element for element in read(_open_form(agent)) if element.get("type") == "radio"]
    names = {element.get("name") for element in radios}
    assert names == {element.get("name") for element in radios if element.get("value") == ""}
    assert {"sex", "documents-0-type", "accompanied_by", "population", "attention"} <= names


def test_a_choice_that_is_taken_back_is_not_sent_on(agent: PageClient) -> None:
    page = text(checked(agent, sex=[""], accompanied_by=[""]))
    assert "Mujer" not in page


def test_what_is_too_long_is_kept_whole_and_told(agent: PageClient) -> None:
    pasted = "300 123 4567 y 310 555 0101 ext 4"
    page = posted(agent, CHECK, filled(agent, phone=[pasted]))
    told_beside(page, "phone", "phone")
    assert sent(page, CHECK)["phone"] == [pasted]


@pytest.mark.parametrize(
    ("typed", "on_file", "shown"),
    [
        ("3001234567", "+573001234567", "+57 300 1234567"),
        ("0414-1234567", "+584141234567", "+58 414-1234567"),
        ("300123456", "300123456", "300123456"),
    ],
)
def test_a_telephone_is_kept_in_one_form_or_as_typed(
    app: Flask, agent: PageClient, typed: str, on_file: str, shown: str
) -> None:
    page = checked(agent, phone=[typed])
    assert shown in text(page)
    assert ("Ningún teléfono" in text(page)) is (typed == on_file)
    assert agent.post(RECORD, data=decided(page)).status_code == 303
    assert _read_phone(app) == on_file


def test_a_group_with_an_error_is_open_and_a_filled_one_says_so(agent: PageClient) -> None:
    page = posted(agent, CHECK, filled(agent, adults=["-1"], education=["5"]))
    folds = [element for element in read(text(page)) if element.tag == "details" and "fold" in element.get("class")]
    open_titles = [" ".join(fold.text.split()) for fold in folds if "open" in fold.attributes]
    assert [title.startswith("Acompañantes y protección") for title in open_titles] == [True]
    filled_folds = [fold for fold in folds if _says_filled(fold)]
    assert {" ".join(fold.text.split())[:10] for fold in filled_folds} >= {"Acompañant", "Más pregun"}


def _says_filled(fold: Element) -> bool:
    tags = [element for element in fold.inside if "fold__filled" in element.get("class")]
    return bool(tags) and "hidden" not in tags[0].attributes


def test_the_order_is_the_point_s(app: Flask, agent: PageClient) -> None:
    needs_first = _open_form(agent)
    with app.extensions["database"].write_session() as session:
        session.scalars(select(Point)).one().order = "person_first"
        session.scalars(select(Point)).one().version += 1
    assert needs_first.index('id="needs"') < needs_first.index('name="given_names"')


def test_the_needs_of_the_point_s_last_months_stand_first(session: Session) -> None:
    load_shipped(session)
    today = clock.today()
    month, old_month = today.replace(day=1), today.replace(day=1) - timedelta(days=200)
    table = "needs-by-sex-and-age"
    rows = [
        (month, "bucaramanga", "EDU|F|18-28", 3),
        (month, "bucaramanga", "EDU|M|18-28", 3),
        (month, "bucaramanga", "HUMAN|F|29-59", 5),
        (month, "elsewhere", "DDHH|F|29-59", 50),
        (month, "bucaramanga", "VBG|F|29-59", 0),
        (old_month.replace(day=1), "bucaramanga", "MIG-REG|F|29-59", 90),
    ]
    add_to_tallies(session, {(day, point, table, cell): count for day, point, cell, count in rows})
    codes = list_frequent_codes(session, table, "bucaramanga", today - timedelta(days=90), today)
    assert codes == ["EDU", "HUMAN"]


def test_the_first_needs_are_tiles_and_a_chosen_one_joins_them(agent: PageClient) -> None:
    page = _open_form(agent)
    tiles = [element for element in read(page) if "choices--large" in element.get("class")]
    assert len([element for element in tiles[0].inside if element.get("name") == "needs"]) == 6
    form = posted(agent, CHECK, filled(agent, needs=["VBG"], adults=["-1"]))
    (chosen,) = [element for element in _find_controls(text(form), "needs") if "checked" in element.attributes]
    assert chosen.get("value") == "VBG"
    assert chosen.within("details") is None
