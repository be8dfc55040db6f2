"""Papers to test with: invented places, texts with accents."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from attention_point.foundation.paperwork import (
    SUPPRESSED,
    Block,
    Chart,
    Column,
    Document,
    Series,
    Slip,
    SlipReferral,
    SlipWords,
    Table,
    Words,
)

MOMENT = datetime(2017, 9, 1, 13, 30, tzinfo=UTC)
WORDS = Words(
    page_of="Página %(page)s de %(pages)s",
    suppressed="(r)",
    no_rows="Nada que mostrar",
    number=lambda value: f"{value:,}".replace(",", "."),
    amount=lambda value: f"$ {value}",
    date=lambda value: f"{value:%d/%m/%Y}",
)
NEEDS = Table(
    "needs",
    "Necesidades",
    (Column("need", "Necesidad"), Column("women", "Mujeres", "integer"), Column("men", "Hombres", "integer")),
    (("Niñez & familia", 1234, SUPPRESSED), ("Educación", 56, 7), ("Total", 1290, 7)),
    ("Se cuentan personas.",),
    total_row=True,
)
CHART = Chart(
    "by-need",
    "Por necesidad",
    "bar",
    ("Niñez", "Salud"),
    (Series("Mujeres", (40, 20)), Series("Hombres", (10, SUPPRESSED))),
    "La niñez va primero.",
)


def paper(blocks: Sequence[Block] = (), **changes: Any) -> Document:
    """A document of those blocks."""
    fields: dict[str, Any] = {
        "title": "Informe de atención",
        "subtitle": "Agosto",
        "language": "es-CO",
        "created": MOMENT,
        "issuer": "Oficina inventada",
        "reference": "EST-2017-08",
    }
    return Document(blocks=tuple(blocks), **(fields | changes))


def long_table(rows: int) -> Table:
    """A table that goes on over pages."""
    columns = (Column("name", "Nombre"), Column("count", "Cuenta", "integer"), Column("day", "Día", "date"))
    return Table("long", "Larga", columns, tuple((f"fila {row}", row, date(2017, 8, 9)) for row in range(rows)))


REFERRAL = SlipReferral(
    entity="Migración inventada",
    service="Orientación",
    address="Calle 1 n.º 2-03",
    hours="8:00 a 12:00",
    phone="000 0000",
    papers=("Pasaporte", "Cédula"),
    reason="Usted pidió ayuda con su permiso.",
)


def slip(*referrals: SlipReferral, **changes: Any) -> Slip:
    """A slip with those referrals."""
    fields: dict[str, Any] = {
        "language": "es-CO",
        "created": MOMENT,
        "office": "Oficina inventada",
        "point": "Punto de atención",
        "reference": "BGA-2017-000123",
        "date": "9 de agosto de 2017",
        "heading": "A dónde ir",
        "words": SlipWords(
            "Referencia", "Dirección:", "Horario:", "Teléfono:", "Lleve", "Sin papeles", "URGENTE", WORDS.page_of
        ),
        "code": "https://punto.example/r/3fJx",
        "code_caption": "Escanee el código",
        "emergency": ("Emergencias: 123",),
        "privacy": "Sus datos están protegidos.",
        "footer": "Todo es gratuito.",
    }
    return Slip(referrals=referrals, **(fields | changes))


def read(content: bytes) -> PdfReader:
    """A PDF, read back strictly."""
    return PdfReader(BytesIO(content), strict=True)


def metadata_of(content: bytes) -> tuple[Any, Any]:
    """The metadata of a PDF, and its catalogue."""
    file = read(content)
    return file.metadata, file.trailer["/Root"]


def text_of(content: bytes) -> str:
    """All text of a PDF, each run of white space one space."""
    return " ".join(" ".join(page.extract_text() for page in read(content).pages).split())


def fonts_of(content: bytes) -> dict[str, bool]:
    """Each font that the file names anywhere, and whether the file carries it."""
    found: dict[str, bool] = {}
    file = read(content)
    for number in range(1, len(file.xref_objStm) + sum(map(len, file.xref.values())) + 1):
        font: Any = file.get_object(number)
        if isinstance(font, dict) and font.get("/Type") == "/Font":
            descriptor = font.get("/FontDescriptor")
            found[font["/BaseFont"]] = descriptor is not None and "/FontFile2" in descriptor.get_object()
    return found
