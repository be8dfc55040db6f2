import csv
import re
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from attention_point.foundation.paperwork import SUPPRESSED, Column, LinkedValue, Paragraph, Table, write_csv
from attention_point.foundation.paperwork.text import clean_line
from tests.foundation.paperwork.samples import CHART, NEEDS, make_long_table, make_report

ANY = st.text(st.one_of(st.characters(), st.sampled_from("=+-@\t\r\n,;|\"' ")), max_size=30)


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def table(*texts: str) -> Table:
    return Table("t", "T", (Column("text", "Texto"), Column("n", "N", "integer")), tuple((text, -5) for text in texts))


def test_a_table_comes_back_as_it_went() -> None:
    assert read(write_csv(NEEDS)) == [
        ["Necesidad", "Mujeres", "Hombres"],
        ["Niñez & familia", "1234", ""],
        ["Educación", "56", "7"],
        ["Total", "1290", "7"],
    ]


def test_it_is_utf8_with_a_mark_and_lines_end_in_crlf() -> None:
    content = write_csv(NEEDS)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") == 4


def test_numbers_days_and_gaps() -> None:
    columns = tuple(Column(kind, kind, kind) for kind in ("integer", "number", "number", "amount", "date", "text"))
    row = (-12, 0.1, 1e21, Decimal("1814249000.50"), date(2017, 8, 9), SUPPRESSED)
    mixed = Table("t", "T", columns, (row, (None,) * 6))
    expected = ["-12", "0.1", "1" + 21 * "0", "1814249000.50", "2017-08-09", ""]
    assert read(write_csv(mixed))[1:] == [expected, [""] * 6]


def test_a_document_gives_all_its_tables_on_lines_of_one_length() -> None:
    lines = read(write_csv(make_report([Paragraph("x"), CHART, NEEDS, table("a")])))
    assert {len(line) for line in lines} == {4}
    assert [line[0] for line in lines] == ["needs"] * 4 + ["t"] * 2
    assert lines[-1] == ["t", "a", "-5", ""]


def test_a_document_without_tables_gives_no_line() -> None:
    assert read(write_csv(make_report())) == []


@pytest.mark.parametrize(
    "hostile",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1", " =1", "＝1", '"=1', "'=1", "a;=1", 'a", =1'],
)
def test_no_text_becomes_a_formula(hostile: str) -> None:
    (cell,) = read(write_csv(Table("t", "T", (Column("c", "C"),), ((hostile,),))))[1]
    assert not re.search(r"(^|[,;|])[\"\s]*[=+\-@＝]", cell)
    assert "'" in cell


def neutral(cell: str) -> bool:
    return cell == "-5" or cell.lstrip()[:1] not in tuple("=+-@\t\r＝＋－＠")


@settings(deadline=None)
@given(st.lists(ANY, min_size=1, max_size=4))
@example(["a;=cmd|' /C calc'!A0"])
@example(['x"; =1', '";"=1'])
def test_no_cell_is_a_formula_whichever_delimiter_the_reader_takes(texts: list[str]) -> None:
    content = write_csv(table(*texts)).decode("utf-8-sig")
    for delimiter in (",", ";", "|"):
        cells = [cell for line in csv.reader(StringIO(content, newline=""), delimiter=delimiter) for cell in line]
        assert all(neutral(cell) for cell in cells if not re.fullmatch(r"[^;,|]*[;,]-5", cell))


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="=+-@＝＋－＠"), max_size=40))
def test_a_harmless_text_is_untouched(text: str) -> None:
    assert read(write_csv(table(text)))[1] == [clean_line(text), "-5"]


def test_every_row_is_there() -> None:
    assert len(read(write_csv(make_long_table(1000)))) == 1001


def test_a_linked_cell_is_its_value() -> None:
    columns = (Column("a", "A"), Column("n", "N", "integer"))
    assert read(write_csv(Table("t", "T", columns, ((LinkedValue("=1", "x"), LinkedValue(5, "x")),))))[1] == [
        "'=1",
        "5",
    ]
