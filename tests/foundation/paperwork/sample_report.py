"""One document with every kind of block and cell, and the hostile texts that no format may obey."""

from datetime import date
from decimal import Decimal

from attention_point.foundation.paperwork import (
    SUPPRESSED,
    Block,
    BulletList,
    Column,
    Heading,
    LabelledValues,
    LinkedValue,
    Note,
    PageBreak,
    Paragraph,
    Report,
    Table,
)
from tests.foundation.paperwork.samples import CHART, NEEDS, make_long_table, make_report

MONEY = Table(
    "money",
    "Recursos",
    (
        Column("project", "Proyecto"),
        Column("amount", "Monto", "amount"),
        Column("share", "Parte", "number"),
        Column("day", "Firma", "date"),
        Column("count", "Personas", "integer"),
    ),
    (
        (
            LinkedValue("Ciudad abierta", "#annex"),
            1814249000,
            Decimal("0.25"),
            date(2017, 8, 9),
            LinkedValue(32, "registers/3"),
        ),
        ("Red & refugio", Decimal("2500000.50"), 0.5, date(1899, 12, 31), SUPPRESSED),
        ("Sin dato", None, None, None, 0),
        ("Total", Decimal("1816749000.50"), None, None, 32),
    ),
    ("Valores en pesos.",),
    has_total_row=True,
)

EVERYTHING: Report = make_report(
    [
        Heading("Resumen"),
        Paragraph("¿Cómo? ¡Así!\náéíóúüñ", LinkedValue("Ver el anexo", "#annex")),
        BulletList(
            (
                "Primero",
                LinkedValue("El sitio", "https://punto.example/?a=1&b=2"),
                LinkedValue("Escriba", "mailto:a@b.example"),
            )
        ),
        LabelledValues((("Período", "agosto"), ("Eventos", LinkedValue("32 eventos", "#money")))),
        Note("Nota sobre el método"),
        Heading("Detalle", 2),
        CHART,
        NEEDS,
        MONEY,
        PageBreak(),
        Heading("Anexo", 1, "annex"),
        make_long_table(60),
    ],
    has_cover=True,
    has_contents=True,
    site_address="https://punto.example",
)

HOSTILE = (
    "=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r\n=1", "=cmd|' /C calc'!A0", "{=1}", "http://punto.example/x",
    "mailto:a@b.example", "internal:A1", "a\x00b\x1b[31m\x7f", "_x0041_", "</table><script>alert(1)</script>", "]]>",
    "<w:br/>", "&amp;", "x" * 40_000, "Ñ" * 300, "🙂👩‍👩‍👧 familia", "שלום \u202egnp.exe", "\ud800", "'", '"', "  ", "",
)  # fmt: skip


def make_hostile_report() -> Report:
    """A document in which every text is hostile, none longer than a page."""
    texts = [text[:600] for text in HOSTILE]
    rows = tuple((text, number) for number, text in enumerate(texts))
    tables = [
        Table(f"t{number}", text, (Column("a", text), Column("n", "N", "integer")), rows, (text,))
        for number, text in enumerate(texts[:12] + texts[18:])
    ]
    blocks: list[Block] = []
    for text in texts:
        blocks += [Heading(text), Paragraph(text), Note(text), BulletList((text,)), LabelledValues(((text, text),))]
    mixed_text = "".join(texts[:12])
    return make_report(
        [*blocks, *tables],
        title=mixed_text,
        subtitle=mixed_text,
        issuer=mixed_text,
        reference=mixed_text,
        has_contents=True,
    )


def make_wide_table(columns: int, rows: int = 3) -> Table:
    """A table with that many columns of counts after the names."""
    heads = (Column("name", "Nombre"), *(Column(f"c{at}", f"Columna {at}", "integer") for at in range(1, columns)))
    lines: tuple[tuple[str | int, ...], ...] = tuple(
        (f"fila {row}", *(row * 1000 + at for at in range(1, columns))) for row in range(rows)
    )
    return Table("wide", "Ancha", heads, lines, ("Nota de la ancha.",))
