"""A month's files: every format read back says the same, cell by cell; none is half-written."""

import csv
import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

import hxl
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.demo.steps.visit_steps import LoadedCounts, load_visits
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import in_language
from attention_point.foundation.vault import Vault
from attention_point.statistics.dimension_labels import DIMENSIONS
from attention_point.statistics.open_data import columns as open_data_columns
from attention_point.statistics.open_data import dictionary, files
from attention_point.statistics.open_data.columns import DIMENSION_COLUMNS, TOTALS_TABLE
from attention_point.statistics.protection.disclosure import TOTAL_CODE
from attention_point.statistics.releases import queries, services
from attention_point.statistics.releases.content import (
    MonthContent,
    TableContent,
    build_content_json,
    encode_canonical_json,
)
from attention_point.statistics.releases.models import Release
from attention_point.statistics.releases.tables import COUNT_LABELS, build_ordered_table
from tests.statistics.conftest import Office
from tests.statistics.releases.publishing import SEPTEMBER
from tests.support.directory import load_shipped
from tests.support.pages import read

pytestmark = pytest.mark.xdist_group("released month")  # one worker makes it once for all
VISITS = 800
HELD_BACK = "[r]"
Figures = Mapping[tuple[str, tuple[str, ...]], int | None]
Texts = list[list[str]]


@dataclass(frozen=True)
class Published:
    """A released month: its row, its content, the database file in which it stands."""

    release: Release
    content: MonthContent
    path: Path

    @property
    def figures(self) -> Figures:
        """Every cell of every table."""
        return {(table.id, place): count for table in self.content.tables for place, count in table.cells.items()}


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, vault: Vault) -> Published:
    """September 2017: 800 sealed visits with their referrals and answers, released as the office does it."""
    path = tmp_path_factory.mktemp("released") / "attention-point.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}", {"vault": vault})
    with in_language("es"):
        with database.write_session() as session:
            load_shipped(session)
            load_visits(session, invent_visits(VISITS, SEPTEMBER, date(2017, 9, 30), 7)[:VISITS], LoadedCounts())
        with database.write_session() as session:
            made = services.release_month(session, SYSTEM, SEPTEMBER)
            session.expunge(made)
    database.close()
    return Published(made, queries.load_content(made), path)


@pytest.fixture
def database_url(published: Published, tmp_path: Path) -> str:
    """A copy of the database with the released month."""
    shutil.copy(published.path, tmp_path / "attention-point.db")
    return f"sqlite:///{tmp_path}/attention-point.db"


def written(published: Published, kind: str, watermark: str | None = None) -> bytes:
    """A file of the release."""
    return files.write_release_file(kind, published.release, watermark)


def lines_of(content: bytes) -> list[dict[str, str]]:
    """The CSV's lines under the hashtags."""
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))[1:]


def label(content: MonthContent, table: TableContent, axis: int, code: str) -> str:
    """What a reader sees for a code."""
    return "Total" if code == TOTAL_CODE else content.label_for_code(table.dimensions[axis], code)


def figures_of(content: MonthContent, table: TableContent, head: list[str], rows: Texts) -> dict[tuple[str, ...], str]:
    """What a table drawn for readers says at each place: one line a cell, or the second dimension as columns."""
    size = len(table.dimensions)
    long = len(head) == size + 1
    if not long:
        assert len(set(head)) == len(head)
    keys = [tuple(row[: size if long else 1]) for row in rows]
    assert len(set(keys)) == len(keys), table.id
    by_key = dict(zip(keys, rows, strict=True))
    found = {}
    for place in table.cells:
        said = [label(content, table, axis, code) for axis, code in enumerate(place)]
        if long:
            found[place] = by_key[tuple(said)][-1]
        else:
            found[place] = by_key[said[0],][head.index(said[1])]
    assert sum(len(row) - (size if long else 1) for row in rows) == len(table.cells), table.id
    return found


def as_read(count: int | None, mark: str = HELD_BACK) -> str:
    """A count as a reader of Spanish sees it."""
    return mark if count is None else f"{count:,}".replace(",", ".")


def test_the_month_has_figures_of_every_sort(published: Published) -> None:
    assert published.content.totals["attentions"] == VISITS
    counts = published.figures.values()
    assert {None, 0} <= set(counts)
    assert len(counts) > 300
    assert any("/" in code for _table, place in published.figures for code in place)
    assert {len(table.dimensions) for table in published.content.tables} == {1, 2, 3}


def test_the_json_is_what_was_frozen(published: Published) -> None:
    found = json.loads(written(published, "json"))
    without = {name: value for name, value in found.items() if name != "hash"}
    plain = json.dumps(without, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert plain.decode() == published.release.content
    assert hashlib.sha256(plain).hexdigest() == found["hash"] == published.release.hash
    assert {
        (table["id"], tuple(cell["at"][name] for name in table["dimensions"])): cell["count"]
        for table in found["tables"]
        for cell in table["cells"]
    } == published.figures
    assert {cell["status"] for table in found["tables"] for cell in table["cells"] if cell["count"] is None} == {
        "suppressed"
    }


def test_what_was_frozen_comes_back_whole(published: Published) -> None:
    assert encode_canonical_json(build_content_json(published.content)) == published.release.content
    assert files.write_month_file("json", published.content) == written(published, "json")


def test_the_csv_holds_every_cell(published: Published) -> None:
    found, totals = {}, {}
    dimensions = {table.id: table.dimensions for table in published.content.tables}
    for line in lines_of(written(published, "csv")):
        assert (line["month"], line["version"]) == ("2017-09", "1")
        count = int(line[line["counts"]]) if line[line["counts"]] else None
        assert line["status"] == ("suppressed" if count is None else "shown")
        assert sum(bool(line[kind]) for kind in COUNT_LABELS) == (count is not None)
        if line["table"] == TOTALS_TABLE:
            totals[line["counts"]] = count
            continue
        columns = [DIMENSION_COLUMNS[name].name for name in dimensions[line["table"]]]
        found[line["table"], tuple(line[column] for column in columns)] = count
        others = {column.name for column in DIMENSION_COLUMNS.values()} - set(columns)
        assert not any(line[column] for column in others)
    assert found == published.figures
    assert totals == published.content.totals


def hxl_errors(content: bytes) -> list[str]:
    """What libhxl's own schema says is wrong."""
    errors: list[str] = []
    schema = hxl.schema(callback=lambda error: errors.append(str(error.message)))
    schema.validate(hxl.data(BytesIO(content)))
    return errors


def test_the_csv_is_valid_hxl(published: Published) -> None:
    content = written(published, "csv")
    data = hxl.data(BytesIO(content))
    tags = [column.display_tag for column in data.columns]
    assert tags == [column.hxl_tag for column in open_data_columns.ALL_COLUMNS]
    assert {"#date+start", "#reached+ind+num", "#adm2+code+v_divipola", "#status+suppressed"} <= set(tags)
    assert len(data.values) == len(lines_of(content))
    assert hxl_errors(content) == []


def test_the_columns_of_the_csv_stay_where_they_have_always_been() -> None:
    """The bytes of a published month never change, and programs may read a column by its place."""
    assert [column.name for column in open_data_columns.ALL_COLUMNS] == [
        "month",
        "version",
        "table",
        "counts",
        "counted_month",
        "day",
        "hour",
        "wait",
        "answer_time",
        "first_time",
        "sex",
        "age",
        "population",
        "nationality",
        "migration_status",
        "document",
        "origin",
        "municipality",
        "intention",
        "education",
        "ethnicity",
        "gender",
        "disability",
        "vulnerability",
        "need",
        "entity",
        "service",
        "state",
        "people",
        "attentions",
        "referrals",
        "answers",
        "status",
    ]


def test_libhxl_finds_what_is_no_count_and_no_month(published: Published) -> None:
    content = written(published, "csv")
    assert hxl_errors(re.sub(rb",(\d+),,,,shown", rb",<5,,,,shown", content, count=1)) != []
    assert hxl_errors(content.replace(b"2017-09,1,", b"septiembre,1,", 1)) != []


def test_nothing_in_the_csv_runs_in_a_spreadsheet(published: Published) -> None:
    for content in (written(published, "csv", "=1+1"), written(published, "csv")):
        fields = [field for line in csv.reader(StringIO(content.decode("utf-8-sig"))) for field in line]
        assert [field for field in fields if field[:1] in set("=+-@\t\r")] == []


def test_the_workbook_holds_every_cell_as_a_number(published: Published) -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(written(published, "xlsx")))
    sheets = {
        str(rows[0][0]): rows for name in book.sheet_names if (rows := book.get_sheet_by_name(name).to_python())[0]
    }
    for table in published.content.tables:
        rows = sheets[table.titles["es"]]
        head = [str(cell) for cell in rows[1]]
        body = rows[2 : next((at for at, row in enumerate(rows) if at > 1 and not row[0]), len(rows))]
        for row in body:
            assert all(isinstance(cell, float) or cell == HELD_BACK for cell in row[-1:]), table.id
        texts = [[str(int(cell)) if isinstance(cell, float) else str(cell) for cell in row] for row in body]
        expected = {place: as_read(count).replace(".", "") for place, count in table.cells.items()}
        assert figures_of(published.content, table, head, texts) == expected, table.id


def test_the_page_holds_every_cell(office: Office, published: Published) -> None:
    elements = {
        element.get("id"): element
        for element in read(office.client.get("/statistics/2017-09").text)
        if element.tag == "table"
    }
    for table in published.content.tables:
        rows = [
            [" ".join(cell.text.split()) for cell in line.inside if cell.tag in {"th", "td"}]
            for line in elements[f"table-{table.id}"].inside
            if line.tag == "tr"
        ]
        found = figures_of(published.content, table, rows[0], rows[1:])
        assert found == {place: as_read(count, "[r]reservado") for place, count in table.cells.items()}, table.id


def test_the_paper_holds_every_row(published: Published) -> None:
    """A row's figures stand together after its label, of which long ones are broken over lines."""
    pages = PdfReader(BytesIO(written(published, "pdf"))).pages
    printed = " " + " ".join(" ".join(page.extract_text().split()) for page in pages) + " "
    rows = 0
    for table in published.content.tables:
        opened = build_ordered_table(table, published.content)
        lines = (
            [place for place in table.cells if place[0] != TOTAL_CODE]
            if opened.has_one_row_per_cell
            else [(row,) for row in opened.row_codes]
        )
        for line in lines:
            beside = (
                [(*line, column) for column in (*opened.column_codes, TOTAL_CODE)] if opened.column_codes else [line]
            )
            counts = [as_read(table.cells[place]) for place in ([line] if opened.has_one_row_per_cell else beside)]
            last = label(published.content, table, len(line) - 1, line[-1]).split()[-1]
            assert f" {last} {' '.join(counts)} " in printed, (table.id, line)
            rows += 1
    assert rows > 200
    for total in published.content.totals.values():
        assert f" {as_read(total)} " in printed


@pytest.mark.parametrize("kind", files.FILE_FORMATS)
def test_a_file_is_the_same_each_time(published: Published, kind: str) -> None:
    assert written(published, kind) == written(published, kind)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_what_programs_read_speaks_no_language(published: Published, kind: str) -> None:
    with in_language("en"):
        english = written(published, kind)
    assert english == written(published, kind)


def test_the_paper_begins_with_a_cover_and_has_bookmarks(published: Published) -> None:
    reader = PdfReader(BytesIO(written(published, "pdf")))
    cover = " ".join(reader.pages[0].extract_text().split())
    assert "septiembre de 2017" in cover
    assert "versión 1" in cover
    assert "Contenido" in reader.pages[1].extract_text()
    assert [str(entry["/Title"]) for entry in reader.outline if isinstance(entry, dict)] == ["Cifras del mes"]
    marked = str(reader.outline)
    assert all(table.titles["es"] in marked for table in published.content.tables)


def text_of(kind: str, content: bytes) -> str:
    """All that a file says."""
    if kind == "pdf":
        return " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    if kind == "xlsx":
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        return " ".join(str(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)
    return content.decode()


@pytest.mark.parametrize("kind", files.FILE_FORMATS)
def test_every_file_says_that_its_people_are_invented(published: Published, kind: str) -> None:
    assert "Personas inventadas" in text_of(kind, written(published, kind, "Personas inventadas"))
    assert "nventad" not in text_of(kind, written(published, kind))


def test_a_demonstration_stands_outside_the_hash(published: Published) -> None:
    found = json.loads(written(published, "json", "Personas inventadas"))
    assert found.pop("demonstration") == "Personas inventadas"
    assert encode_canonical_json(found).encode() == written(published, "json")
    marked = lines_of(written(published, "csv", "Personas inventadas"))
    assert {line.pop("demonstration") for line in marked} == {"Personas inventadas"}
    assert marked == lines_of(written(published, "csv"))


@pytest.mark.parametrize("kind", ["doc", "PDF", "", "../csv", "x" * 300])
def test_an_unknown_format_is_refused_in_words(published: Published, kind: str) -> None:
    with pytest.raises(NotFound) as refused:
        files.write_month_file(kind, published.content)
    assert refused.value.code == "unknown_format"
    assert "pdf, xlsx, csv, json" in refused.value.message
    assert len(refused.value.message) < 120


def test_the_dictionary_explains_every_column_and_code(published: Published, database: Database) -> None:
    with database.read_session() as session:
        entries = dictionary.build_entries(session)
    known = {(entry.column, entry.code) for entry in entries}
    assert len(known) == len(entries)
    lines = lines_of(written(published, "csv", "Personas inventadas"))
    assert {(column, "") for column in lines[0]} <= known
    coded = {"table", "counts", "status", *(DIMENSION_COLUMNS[name].name for name in DIMENSIONS)}
    free = {DIMENSION_COLUMNS[name].name for name in ("day", "hour", "month")}
    for line in lines:
        for column in coded:
            for code in line[column].split("/"):
                assert not code or (column, code) in known or (column in free and code != TOTAL_CODE), (column, code)
    rules = {table["protection"]["rule"] for table in json.loads(written(published, "json"))["tables"]}
    assert {("protection.rule", rule) for rule in rules} <= known
    earlier = next(entry for entry in entries if (entry.column, entry.code) == ("table", "people-by-day"))
    assert "Solo en publicaciones anteriores" in earlier.translations["es"][1]  # files of then are still read


def test_the_dictionary_says_the_same_as_csv_and_json(database: Database) -> None:
    with database.read_session() as session:
        entries = dictionary.build_entries(session)
    lines = list(csv.DictReader(StringIO(dictionary.write_csv_file(entries).decode("utf-8-sig"))))
    assert [
        {
            "column": line["column"],
            "code": line["code"],
            "label": {"es": line["label_es"], "en": line["label_en"]},
            "description": {"es": line["description_es"], "en": line["description_en"]},
        }
        for line in lines
    ] == json.loads(dictionary.write_json_file(entries))["entries"]
    found = {(line["column"], line["code"]): line for line in lines}
    assert found["sex", "F"]["label_es"] == "Mujer"
    assert found["sex", "F"]["label_en"] == "Female"
    assert "/" in found["age", ""]["description_es"]
    assert found["municipality", "68001"]["label_es"] == "Bucaramanga"
