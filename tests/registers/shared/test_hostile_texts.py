"""Unfit characters in what registers are brought: the row or the place is named, nothing is stored."""

from io import BytesIO
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import gettext
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import attachments, loading, queries, services
from attention_point.registers.shared.spreadsheets import importing, uploads
from attention_point.texts import UNFIT_CHARACTERS
from tests.accounts.support import token_of
from tests.registers.support import send_file
from tests.support.staff import SignIn
from tests.texts.hostile import HOSTILE, SURROGATE


def _xlsx(*cells: str) -> bytes:
    content = BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for place, head in enumerate(("Nombre", "Estado", "Resultados")):
            sheet.write_string(0, place, head)
        for place, cell in enumerate(cells):
            sheet.write_string(1, place, cell)
    return content.getvalue()


def _csv(*cells: str) -> bytes:
    return f"Nombre,Estado,Resultados\n{','.join(cells)}\n".encode()


def _list_errors(session: Session, name: str, content: bytes) -> list[tuple[str, str]]:
    rows = importing.check_rows(session, EVENTS, *uploads.read_rows(EVENTS, name, content))
    return [part for row in rows if row.outcome == "error" for part in row.report]


@pytest.mark.parametrize("kind", [kind for kind in HOSTILE if kind != "byte-order-mark"])
def test_a_spreadsheets_cell(session: Session, kind: str) -> None:
    text = HOSTILE[kind]
    for name, make in (("a.xlsx", _xlsx), ("a.csv", _csv)):
        if name == "a.csv" and "\x00" in text:
            with pytest.raises(Invalid):
                _list_errors(session, name, make(text, "realizado", ""))
            continue
        if name == "a.xlsx" and kind == "noncharacter":
            continue  # XML has no such character
        errors = _list_errors(session, name, make(text, "realizado", text))
        assert errors == [("Nombre", gettext(UNFIT_CHARACTERS)), ("Resultados", gettext(UNFIT_CHARACTERS))], name
    assert queries.count_records(session, EVENTS) == 0


@pytest.mark.parametrize("text", [*HOSTILE.values(), SURROGATE])
def test_a_years_file(session: Session, text: str) -> None:
    file: dict[str, Any] = {"office": {"name": text, "year": 2017, text: 1}, text: []}
    with pytest.raises(Invalid) as refused:
        loading.load_year_file(session, SYSTEM, file)
    assert ("office.name", gettext(UNFIT_CHARACTERS)) in {
        (error.field, error.message) for error in refused.value.field_errors
    }
    assert "\x00" not in str(refused.value)
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize("text", HOSTILE.values())
def test_a_files_name_leaves_out_what_cannot_be_seen(text: str) -> None:
    name, _extension = attachments.clean_file_name(f"{text}.pdf")
    assert name in {"ZurdoQuimbaya.pdf", "Zurdo.pdf", "Zurdo[2JQuimbaya.pdf", f"{text}.pdf".replace("\x00", "")}
    assert name.isprintable()


@pytest.mark.parametrize("text", [*HOSTILE.values(), SURROGATE])
def test_a_kept_searchs_name(session: Session, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.save_filter(session, SYSTEM, EVENTS, text, "q=a")
    assert [(error.field, error.message) for error in refused.value.field_errors] == [
        ("name", gettext(UNFIT_CHARACTERS))
    ]


def test_a_kept_search_holds_no_hostile_word(as_role: SignIn) -> None:
    office = as_role("office")
    token = token_of(office.get("/registers/events"))
    sent = {"csrf_token": token, "filter_name": "Agua", "q": "agua\x00", "kind": "a\u202e"}
    reply = office.post("/registers/events/searches", data=sent)
    assert reply.status_code == 422


def test_a_files_hostile_name_from_a_browser(as_role: SignIn) -> None:
    office = as_role("office")
    page = office.get("/registers/events/import")
    refused = send_file(office, "/registers/events/import", token_of(page), "a\u202evsc.csv", _csv("a\u200bb", "x", ""))
    assert refused.status_code == 303
