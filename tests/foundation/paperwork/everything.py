"""One document with every kind of block and cell, and the hostile texts that no format may obey."""

from datetime import date
from decimal import Decimal

from attention_point.foundation.paperwork import (
    SUPPRESSED,
    Block,
    Code,
    Column,
    Document,
    Facts,
    Heading,
    Items,
    Linked,
    Note,
    PageBreak,
    Paragraph,
    Table,
)
from tests.foundation.paperwork.papers import CHART, NEEDS, long_table, paper

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
        (Linked("Ciudad abierta", "#annex"), 1814249000, Decimal("0.25"), date(2017, 8, 9), Linked(32, "registers/3")),
        ("Red & refugio", Decimal("2500000.50"), 0.5, date(1899, 12, 31), SUPPRESSED),
        ("Sin dato", None, None, None, 0),
        ("Total", Decimal("1816749000.50"), None, None, 32),
    ),
    ("Valores en pesos.",),
    total_row=True,
)

EVERYTHING: Document = paper(
    [
        Heading("Resumen"),
        Paragraph("¿Cómo? ¡Así!\náéíóúüñ", Linked("Ver el anexo", "#annex")),
        Items(
            ("Primero", Linked("El sitio", "https://punto.example/?a=1&b=2"), Linked("Escriba", "mailto:a@b.example"))
        ),
        Facts((("Período", "agosto"), ("Eventos", Linked("32 eventos", "#money")))),
        Note("Nota sobre el método"),
        Heading("Detalle", 2),
        CHART,
        NEEDS,
        MONEY,
        PageBreak(),
        Heading("Anexo", 1, "annex"),
        long_table(60),
        Code("https://punto.example/d/1", "Verifique"),
    ],
    cover=True,
    contents=True,
    site="https://punto.example",
)

HOSTILE = (
    "=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r\n=1", "=cmd|' /C calc'!A0", "{=1}", "http://punto.example/x",
    "mailto:a@b.example", "internal:A1", "a\x00b\x1b[31m\x7f", "_x0041_", "</table><script>alert(1)</script>", "]]>",
    "<w:br/>", "&amp;", "x" * 40_000, "Ñ" * 300, "🙂👩‍👩‍👧 familia", "שלום \u202egnp.exe", "\ud800", "'", '"', "  ", "",
)  # fmt: skip


def hostile_paper() -> Document:
    """A document in which every text is hostile, none longer than a page."""
    texts = [text[:600] for text in HOSTILE]
    rows = tuple((text, number) for number, text in enumerate(texts))
    tables = [
        Table(f"t{number}", text, (Column("a", text), Column("n", "N", "integer")), rows, (text,))
        for number, text in enumerate(texts[:12] + texts[18:])
    ]
    blocks: list[Block] = []
    for text in texts:
        blocks += [Heading(text), Paragraph(text), Note(text), Items((text,)), Facts(((text, text),))]
    every = "".join(texts[:12])
    return paper([*blocks, *tables], title=every, subtitle=every, issuer=every, reference=every, contents=True)


def wide_table(columns: int, rows: int = 3) -> Table:
    """A table with that many columns of counts after the names."""
    heads = (Column("name", "Nombre"), *(Column(f"c{at}", f"Columna {at}", "integer") for at in range(1, columns)))
    lines: tuple[tuple[str | int, ...], ...] = tuple(
        (f"fila {row}", *(row * 1000 + at for at in range(1, columns))) for row in range(rows)
    )
    return Table("wide", "Ancha", heads, lines, ("Nota de la ancha.",))
