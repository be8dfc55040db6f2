"""Unfit characters in what registers are brought: the row or the place is named, nothing is stored."""

from io import BytesIO
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.language import gettext
from attention_point.foundation.refusals import Invalid
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared import attachments, importing, loading, queries, services
from attention_point.texts import UNFIT
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


def _report(session: Session, name: str, content: bytes) -> list[list[str]]:
    kept = importing.start(session, SYSTEM, EVENTS, name, content)
    importing.check_some(session, SYSTEM, EVENTS, kept)
    return [part for row in importing.report(session, kept, "error", 0, 10) for part in row.report]


@pytest.mark.parametrize("kind", [kind for kind in HOSTILE if kind != "byte-order-mark"])
def test_a_spreadsheets_cell(session: Session, kind: str) -> None:
    text = HOSTILE[kind]
    for name, make in (("a.xlsx", _xlsx), ("a.csv", _csv)):
        if name == "a.csv" and "\x00" in text:
            with pytest.raises(Invalid):
                _report(session, name, make(text, "realizado", ""))
            continue
        if name == "a.xlsx" and kind == "noncharacter":
            continue  # XML has no such character
        told = _report(session, name, make(text, "realizado", text))
        assert told == [["Nombre", gettext(UNFIT)], ["Resultados", gettext(UNFIT)]], name
    assert queries.count(session, EVENTS) == 0


@pytest.mark.parametrize("text", [*HOSTILE.values(), SURROGATE])
def test_a_years_file(session: Session, text: str) -> None:
    file: dict[str, Any] = {"office": {"name": text, "year": 2017, text: 1}, text: []}
    with pytest.raises(Invalid) as refused:
        loading.load(session, SYSTEM, file)
    assert ("office.name", gettext(UNFIT)) in {(each.field, each.message) for each in refused.value.fields}
    assert "\x00" not in str(refused.value)
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize("text", HOSTILE.values())
def test_a_files_name_leaves_out_what_cannot_be_seen(text: str) -> None:
    name, _extension = attachments.file_name(f"{text}.pdf")
    assert name in {"ZurdoQuimbaya.pdf", "Zurdo.pdf", "Zurdo[2JQuimbaya.pdf", f"{text}.pdf".replace("\x00", "")}
    assert name.isprintable()


@pytest.mark.parametrize("text", [*HOSTILE.values(), SURROGATE])
def test_a_kept_searchs_name(session: Session, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.keep_filter(session, SYSTEM, EVENTS, text, "q=a")
    assert [(each.field, each.message) for each in refused.value.fields] == [("name", gettext(UNFIT))]


def test_a_kept_search_holds_no_hostile_word(as_role: SignIn) -> None:
    office = as_role("office")
    token = token_of(office.get("/registers/events"))
    sent = {"csrf_token": token, "filter_name": "Agua", "q": "agua\x00", "kind": "a\u202e"}
    kept = office.post("/registers/events/searches", data=sent)
    assert kept.status_code == 422


def test_a_files_hostile_name_from_a_browser(as_role: SignIn) -> None:
    office = as_role("office")
    page = office.get("/registers/events/import")
    refused = send_file(office, "/registers/events/import", token_of(page), "a\u202evsc.csv", _csv("a\u200bb", "x", ""))
    assert refused.status_code == 303
