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

from attention_point.dates import Period
from attention_point.demo.invention.visit_drafts import invent_visits
from attention_point.demo.steps.visit_steps import LoadedCounts, load_visits
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import format_number, in_language
from attention_point.foundation.report_pages import get_file_format
from attention_point.foundation.vault import Vault
from attention_point.intake.queries import list_hidden_visits
from attention_point.statistics.open_data import dictionary, files
from attention_point.statistics.releases import queries, services
from attention_point.statistics.releases.content import ReleaseContent, build_content_json, encode_canonical_json
from attention_point.statistics.releases.models import Release
from tests.statistics.releases.publishing import SEPTEMBER
from tests.support.directory import load_shipped
from tests.support.visits import recorded

VISITS = 400
Figures = Mapping[tuple[str, tuple[str, ...]], int | None]


@dataclass(frozen=True)
class Published:
    """A released month: its row, its content, the database file in which it stands, and the keys that open it."""

    release: Release
    content: ReleaseContent
    path: Path
    vault: Vault

    @property
    def figures(self) -> Figures:
        """Every cell of every table."""
        return {(table.id, place): count for table in self.content.tables for place, count in table.cells.items()}


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, vault: Vault) -> Published:
    """September 2017: sealed visits with their referrals and answers, released as the office does it."""
    path = tmp_path_factory.mktemp("released") / "attention-point.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}", {"vault": vault, "hidden_visits": list_hidden_visits})
    with in_language("es"):
        with database.write_session() as session:
            load_shipped(session)
            load_visits(session, invent_visits(VISITS, SEPTEMBER, date(2017, 9, 30), 7)[:VISITS], LoadedCounts())
            recorded(session)  # in August, so that no quarter is whole
        with database.write_session() as session:
            made = services.release_period(session, SYSTEM, Period("month", SEPTEMBER))
            session.expunge(made)
    database.close()
    return Published(made, queries.load_content(made), path, vault)


@pytest.fixture
def database_url(published: Published, tmp_path: Path) -> str:
    """A copy of the database with the released month."""
    shutil.copy(published.path, tmp_path / "attention-point.db")
    return f"sqlite:///{tmp_path}/attention-point.db"


def written(published: Published, kind: str, watermark: str | None = None) -> bytes:
    """A file of the release."""
    database = Database(f"sqlite:///{published.path}", {"vault": published.vault, "hidden_visits": list_hidden_visits})
    with database.read_session() as session:
        content = files.write_release_file(session, kind, published.release, watermark)
    database.close()
    return content


def lines_of(content: bytes) -> list[dict[str, str]]:
    """The CSV's lines under the hashtags."""
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))[1:]


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
    assert encode_canonical_json(build_content_json(published.content)) == published.release.content


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
    assert {"#date+start", "#reached+ind+num", "#adm2+code+v_divipola", "#need+name"} <= set(tags)
    assert len(data.values) == len(lines_of(content))
    assert hxl_errors(content) == []
    assert hxl_errors(re.sub(rb",(\d+),,,,5\r", rb",<5,,,,5\r", content, count=1)) != []
    assert hxl_errors(content.replace(b"2017-09,1,", b"septiembre,1,", 1)) != []


def test_nothing_in_the_csv_runs_in_a_spreadsheet(published: Published) -> None:
    for content in (written(published, "csv", "=1+1"), written(published, "csv")):
        fields = [field for line in csv.reader(StringIO(content.decode("utf-8-sig"))) for field in line]
        assert [field for field in fields if field[:1] in set("=+-@\t\r")] == []


def test_the_workbook_holds_every_figure_in_one_sheet(published: Published) -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(written(published, "xlsx")))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    rows = next(rows for rows in sheets if rows and "Todas las cifras" in str(rows[0][0]))
    found = {
        (str(row[1]), tuple(str(code) for code in (row[5], row[8], row[11]) if code)): int(
            str(row[13]).removesuffix(".0")
        )
        for row in rows
        if row[0] == "2017-09" and row[1] != "totals"
    }

    # A sheet cannot tell an hour's code from its number; everything else is as it was published.
    def plain(figures: Figures) -> Figures:
        return {key: count for key, count in figures.items() if key[0] != "attentions-by-hour"}

    assert plain(found) == plain(published.figures)


def test_the_paper_says_the_totals(published: Published) -> None:
    printed = " ".join(
        " ".join(page.extract_text().split()) for page in PdfReader(BytesIO(written(published, "pdf"))).pages
    )
    for counts in ("people", "attentions", "referrals"):
        assert format_number(published.content.totals[counts] or 0) in printed
    assert "septiembre de 2017" in printed


@pytest.mark.parametrize("kind", files.FILE_FORMATS)
def test_a_file_is_the_same_each_time(published: Published, kind: str) -> None:
    assert written(published, kind) == written(published, kind)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_what_programs_read_speaks_no_language(published: Published, kind: str) -> None:
    with in_language("en"):
        english = written(published, kind)
    assert english == written(published, kind)


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
        get_file_format(files.FILE_FORMATS, kind)
    assert refused.value.code == "unknown_format"
    assert "pdf, xlsx, csv, json" in refused.value.message
    assert len(refused.value.message) < 120


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
    assert found["municipality", "68001"]["label_es"] == "Bucaramanga"
