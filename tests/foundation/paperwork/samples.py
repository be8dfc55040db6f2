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
    Report,
    ReportWording,
    Series,
    Slip,
    SlipLabels,
    SlipPerson,
    SlipReferral,
    Table,
)

MOMENT = datetime(2017, 9, 1, 13, 30, tzinfo=UTC)
WORDS = ReportWording(
    page_number_text="Página %(page)s de %(pages)s",
    suppressed_mark="(r)",
    empty_table_text="Nada que mostrar",
    format_number=lambda value: f"{value:,}".replace(",", "."),
    format_amount=lambda value: f"$ {value}",
    format_date=lambda value: f"{value:%d/%m/%Y}",
)
NEEDS = Table(
    "needs",
    "Necesidades",
    (Column("need", "Necesidad"), Column("women", "Mujeres", "integer"), Column("men", "Hombres", "integer")),
    (("Niñez & familia", 1234, SUPPRESSED), ("Educación", 56, 7), ("Total", 1290, 7)),
    ("Se cuentan personas.",),
    has_total_row=True,
)
CHART = Chart(
    "by-need",
    "Por necesidad",
    "bar",
    ("Niñez", "Salud"),
    (Series("Mujeres", (40, 20)), Series("Hombres", (10, SUPPRESSED))),
    "La niñez va primero.",
)


def make_report(blocks: Sequence[Block] = (), **changes: Any) -> Report:
    """A document of those blocks."""
    fields: dict[str, Any] = {
        "title": "Informe de atención",
        "subtitle": "Agosto",
        "language": "es-CO",
        "created_at": MOMENT,
        "issuer": "Oficina inventada",
        "reference": "EST-2017-08",
    }
    return Report(blocks=tuple(blocks), **(fields | changes))


def make_long_table(rows: int) -> Table:
    """A table that goes on over pages."""
    columns = (Column("name", "Nombre"), Column("count", "Cuenta", "integer"), Column("day", "Día", "date"))
    return Table("long", "Larga", columns, tuple((f"fila {row}", row, date(2017, 8, 9)) for row in range(rows)))


REFERRAL = SlipReferral(
    entity_name="Migración inventada",
    service_name="Orientación",
    contact=(("Dirección:", "Calle 1 n.º 2-03"), ("Horario:", "8:00 a 12:00"), ("Teléfono:", "000 0000")),
    requirements=("Pasaporte", "Cédula"),
    reason="Usted pidió ayuda con su permiso.",
)


def make_slip(*referrals: SlipReferral, **changes: Any) -> Slip:
    """A slip with those referrals."""
    fields: dict[str, Any] = {
        "language": "es-CO",
        "created_at": MOMENT,
        "office_name": "Oficina inventada",
        "point_name": "Punto de atención",
        "reference": "BGA-2017-000123",
        "date_text": "9 de agosto de 2017",
        "heading": "A dónde ir",
        "labels": SlipLabels(
            "Referencia",
            "Lleve",
            "Tenga en cuenta:",
            "Cita:",
            WORDS.page_number_text,
        ),
        "qr_code_address": "https://punto.example/r/3fJx",
        "qr_code_caption": "Escanee el código",
        "emergency_lines": ("Emergencias: 123",),
        "privacy_notice": "Sus datos están protegidos.",
        "footer": "Todo es gratuito.",
    }
    return Slip(people=(SlipPerson(referrals),), **(fields | changes))


def read_pdf(content: bytes) -> PdfReader:
    """A PDF, read back strictly."""
    return PdfReader(BytesIO(content), strict=True)


def read_metadata(content: bytes) -> tuple[Any, Any]:
    """The metadata of a PDF, and its catalogue."""
    file = read_pdf(content)
    return file.metadata, file.trailer["/Root"]


def read_text(content: bytes) -> str:
    """All text of a PDF, each run of white space one space."""
    return " ".join(" ".join(page.extract_text() for page in read_pdf(content).pages).split())


def list_fonts(content: bytes) -> dict[str, bool]:
    """Each font that the file names anywhere, and whether the file carries it."""
    are_embedded: dict[str, bool] = {}
    file = read_pdf(content)
    for number in range(1, len(file.xref_objStm) + sum(map(len, file.xref.values())) + 1):
        font: Any = file.get_object(number)
        if isinstance(font, dict) and font.get("/Type") == "/Font":
            descriptor = font.get("/FontDescriptor")
            are_embedded[font["/BaseFont"]] = descriptor is not None and "/FontFile2" in descriptor.get_object()
    return are_embedded
