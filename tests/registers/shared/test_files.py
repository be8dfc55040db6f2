"""Attachments: kept for what they are, refused where they lie, given back only as downloads."""

import os
import zipfile
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Invalid
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.records import attachments, queries, services
from attention_point.registers.shared.spreadsheets.exporting import build_xlsx
from attention_point.registers.shared.spreadsheets.spreadsheet_reader import read_spreadsheet
from tests.registers.support import fields_of, send_file
from tests.support.pages import PageClient

SignIn = Callable[..., PageClient]
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def image(kind: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (4, 4)).save(file, kind)
    return file.getvalue()


def package(*parts: str, size: int = 10, mimetype: str = "") -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for part in parts:
            archive.writestr(part, b"0" * size)
    return file.getvalue()


HONEST = {
    "Acta.pdf": PDF,
    "foto.png": image("PNG"),
    "foto.JPG": image("JPEG"),
    "foto.jpeg": image("JPEG"),
    "lista.xlsx": build_xlsx("A", ["a"], [["b"]]),
    "texto.docx": package("[Content_Types].xml", "word/document.xml"),
    "texto.odt": package("content.xml", mimetype=attachments.MEDIA_TYPES[".odt"]),
    "datos.csv": "nombre;país\nRío;Perú\n".encode("cp1252"),
    "nota.txt": "Año\n".encode(),
}
LYING = {
    "picture as pdf": ("acta.pdf", image("PNG")),
    "page as pdf": ("acta.pdf", b"<html><script>alert(1)</script></html>"),
    "program as picture": ("foto.png", b"MZ\x90\x00" + b"\x00" * 60),
    "pdf as text": ("nota.txt", PDF),
    "bytes as text": ("nota.csv", b"a;b\x00\x01\x02"),
    "archive as document": ("texto.docx", package("a.txt")),
    "sheet as document": ("texto.docx", HONEST["lista.xlsx"]),
    "document with macros": ("texto.docx", package("word/document.xml", "word/vbaProject.bin")),
    "bomb as sheet": ("lista.xlsx", package("xl/workbook.xml", size=attachments.MAX_UNPACKED_SIZE + 1)),
    "another kind": ("page.html", b"<html></html>"),
    "no kind": ("acta", PDF),
    "program behind": ("acta.pdf.exe", PDF),
    "only a kind": (".pdf", PDF),
    "empty": ("acta.pdf", b""),
    "too large": ("acta.pdf", PDF + b"0" * attachments.MAX_FILE_SIZE),
}


@pytest.mark.parametrize("name", HONEST)
def test_a_file_of_a_known_kind_is_taken(name: str) -> None:
    attachments.check_file_content(attachments.clean_file_name(name)[1], HONEST[name])


@pytest.mark.parametrize("case", LYING)
def test_a_file_that_lies_is_refused(case: str) -> None:
    name, content = LYING[case]
    with pytest.raises(Invalid):
        attachments.check_file_content(attachments.clean_file_name(name)[1], content)


@pytest.mark.parametrize("name", HONEST)
def test_a_damaged_file_is_taken_or_refused_and_nothing_else(name: str) -> None:
    content, extension = HONEST[name], attachments.clean_file_name(name)[1]
    step = max(1, len(content) // 150)
    for position in range(0, len(content), step):
        for damaged in (
            content[:position] + bytes([content[position] ^ 0xA5]) + content[position + 1 :],
            content[:position],
        ):
            with suppress(Invalid):
                attachments.check_file_content(extension, damaged)
            if extension == ".xlsx":
                with suppress(Invalid):
                    read_spreadsheet(name, damaged)


@pytest.mark.parametrize(
    ("sent", "cleaned_name"),
    [
        ("../../etc/acta.pdf", "acta.pdf"),
        ("C:\\Users\\x\\acta final.PDF", "acta final.pdf"),
        ("acta\u202efdp.pdf", "actafdp.pdf"),
        ("ac\r\nta\x00.pdf", "acta.pdf"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_a_name_is_made_harmless(sent: str, cleaned_name: str) -> None:
    assert attachments.clean_file_name(sent)[0] == cleaned_name


def test_a_file_goes_in_and_comes_out_as_a_download(app: Flask, as_role: SignIn) -> None:
    office, database = as_role("office"), app.extensions["database"]
    with database.write_session() as session:
        record = services.add_record(session, SYSTEM, EVENTS, {"name": "Foro", "state": "done"})
        other = services.add_record(session, SYSTEM, EVENTS, {"name": "Otro", "state": "done"})
    address = f"/registers/events/{record}"
    page = office.get(address)
    large = PDF + b" " * (5 * 1024 * 1024)  # more than any form may send
    token = fields_of(page)["csrf_token"]
    for content, status in ((large, 303), (b"<html>", 422), (PDF + b"0" * attachments.MAX_FILE_SIZE, 422)):
        reply = send_file(office, f"{address}/files", token, "Acta de año.pdf", content)
        assert reply.status_code == status
    with database.read_session() as session:
        (attachment,) = queries.list_attachments(session, record)
    folder = app.extensions["settings"].instance / "attachments"
    assert [path.name for path in folder.iterdir()] == [attachment.id.hex]
    reply = office.get(f"{address}/files/{attachment.id}")
    assert reply.data == large
    assert reply.headers["Content-Disposition"].startswith("attachment;")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    reply.close()
    assert office.get(f"/registers/events/{other}/files/{attachment.id}").status_code == 404
    assert office.get(f"/registers/organisations/{record}/files/{attachment.id}").status_code == 404
    assert "Acta de año.pdf" in office.get(f"{address}/history").get_data(as_text=True)
    office.post(f"{address}/files/{attachment.id}/remove", data={"csrf_token": token})
    assert office.get(f"{address}/files/{attachment.id}").status_code == 404
    (deleted,) = folder.iterdir()
    uploading = folder / new_id().hex  # its row is not written yet
    uploading.write_bytes(PDF)
    before_yesterday = clock.now().timestamp() - 2 * attachments.UPLOAD_SECONDS
    os.utime(deleted, (before_yesterday, before_yesterday))
    attachments.delete_unknown_files(database, app.extensions["settings"], "")
    assert list(folder.iterdir()) == [uploading]


def test_another_address_takes_no_large_body(app: Flask, as_role: SignIn) -> None:
    office = as_role("office")
    token = fields_of(office.get("/registers/events/new"))["csrf_token"]
    reply = send_file(office, "/registers/events/new", token, "a.pdf", b"0" * 3 * 1024 * 1024)
    assert reply.status_code == 413
