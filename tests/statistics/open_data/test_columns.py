"""The CSV of a period and of all months, read back: codes with their words, true counts, HXL, old months as ever."""

import csv
from dataclasses import replace
from io import BytesIO, StringIO

import hxl
import pytest
from click.testing import CliRunner

from attention_point.foundation.database import Database
from attention_point.foundation.language import in_language
from attention_point.foundation.paperwork import write_csv
from attention_point.foundation.settings import Settings
from attention_point.statistics.cells import TOTAL_CODE
from attention_point.statistics.commands import statistics_commands
from attention_point.statistics.dimension_labels import DIMENSIONS
from attention_point.statistics.month_papers.tidy_tables import TOTALS_TABLE
from attention_point.statistics.open_data import columns, dictionary
from attention_point.statistics.open_data.columns import DIMENSION_COLUMNS, LABEL_SUFFIX
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.content import SUPPRESSION, ReleaseContent, TableContent
from attention_point.statistics.releases.models import Release
from tests.support.pages import PageClient

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def read_lines(content: bytes) -> list[dict[str, str]]:
    """The lines under the head."""
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))


@on_sqlite
def test_every_figure_stands_beside_its_words(client: PageClient, months: list[Release]) -> None:
    content = queries.load_content(months[2])
    lines = read_lines(client.get("/open-data/2017-09/v2.csv").data)[1:]
    found = {}
    for line in lines:
        count = next(line[name] for name in ("people", "attentions", "referrals", "answers") if line[name])
        if line["table"] == TOTALS_TABLE:
            assert int(count) == content.totals[line["counts"]]
            continue
        table = content.find_table(line["table"])
        assert table is not None
        codes = tuple(line[DIMENSION_COLUMNS[dimension].name] for dimension in table.dimensions)
        found[table.id, codes] = int(count)
        assert int(count) % int(line["base"]) == 0
        assert int(line["base"]) == table.get_base(codes)
        assert line["table_label"] == table.titles["es"]
        for dimension, code in zip(table.dimensions, codes, strict=True):
            label = "Total" if code == TOTAL_CODE else content.label_for_code(dimension, code)
            assert line[f"{DIMENSION_COLUMNS[dimension].name}{LABEL_SUFFIX}"] == label
    assert found == {(table.id, cell): count for table in content.tables for cell, count in table.cells.items()}
    assert "status" not in lines[0]


@on_sqlite
def test_the_file_is_the_same_in_every_language(months: list[Release]) -> None:
    content = queries.load_content(months[2])
    with in_language("en"):
        in_english = write_csv(columns.build_table(content))
    assert in_english == write_csv(columns.build_table(content))


@on_sqlite
def test_hxl_reads_the_people_reached(client: PageClient, months: list[Release]) -> None:
    content = queries.load_content(months[2])
    source = hxl.data(BytesIO(client.get("/open-data/2017-09/v2.csv").data), hxl.InputOptions(allow_local=True))
    rows = source.with_rows("#meta+table+code=people-by-sex").cache()
    table = content.find_table("people-by-sex")
    assert table is not None
    assert {row.get("#group+code+sex"): int(row.get("#reached+ind+num")) for row in rows} == {
        cell[0]: count for cell, count in table.cells.items()
    }
    assert source.columns[0].display_tag == "#date+start"
    assert not [column for column in source.columns if column.tag == "#status"]
    tags = [column.display_tag for column in source.columns]
    assert len(set(tags)) == len(tags)


def _old_month(count: int | None) -> ReleaseContent:
    titles = {"es": "Personas por sexo", "en": "People by sex"}
    table = TableContent("people-by-sex", titles, "people", 5, ("sex",), (), {("F",): 12, ("M",): count})
    labels = {"sex": {code: {"es": code, "en": code} for code in ("F", "M")}}
    return ReleaseContent("2017-06", {"people": 15}, (table,), labels, SUPPRESSION, version=1)


def test_a_month_of_the_old_method_keeps_its_columns() -> None:
    head, _tags, *lines = csv.reader(StringIO(write_csv(columns.build_table(_old_month(None))).decode("utf-8-sig")))
    assert head == [
        "month", "version", "table", "counts", *(DIMENSION_COLUMNS[name].name for name in DIMENSIONS),
        "people", "attentions", "referrals", "answers", "status",
    ]  # fmt: skip
    assert [line[-1] for line in lines] == ["shown", "shown", "suppressed"]
    assert [line[head.index("people")] for line in lines] == ["15", "12", ""]


@on_sqlite
@pytest.mark.parametrize("period", ["2017-Q3", "2017"])
def test_a_quarter_and_a_year_name_their_period(months: list[Release], period: str) -> None:
    content = replace(queries.load_content(months[2]), period=period)
    lines = read_lines(write_csv(columns.build_table(content)))
    assert "month" not in lines[0]
    assert {line["period"] for line in lines[1:]} == {period}


@on_sqlite
def test_the_dictionary_explains_every_column_and_every_code(
    client: PageClient, database: Database, months: list[Release]
) -> None:
    with database.read_session() as session:
        entries = {(entry.column, entry.code) for entry in dictionary.build_entries(session)}
    for line in read_lines(client.get("/open-data/2017-09/v2.csv").data)[1:]:
        assert {(name, "") for name in line} <= entries
        for name in ("table", "counts", *(column.name for column in DIMENSION_COLUMNS.values())):
            if line.get(name) and name not in {"day", "counted_month"}:
                assert (name, line[name]) in entries, (name, line[name])


@on_sqlite
def test_all_months_stand_in_one_tidy_file(
    client: PageClient, months: list[Release], database: Database, database_url: str, settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    reply = client.get("/open-data/series.csv")
    assert reply.status_code == 200
    lines = read_lines(reply.data)
    for release in (months[0], months[2]):  # the version in force of each month
        content = queries.load_content(release)
        own = [line for line in lines if line["month"] == release.period]
        assert {line["counts"]: int(line["count"]) for line in own if line["table"] == TOTALS_TABLE} == content.totals
        found = {
            (line["table"], tuple(filter(None, (line["row"], line["column"], line["layer"])))): int(line["count"])
            for line in own
            if line["table"] != TOTALS_TABLE
        }
        assert found == {(table.id, cell): count for table in content.tables for cell, count in table.cells.items()}
    woman = next(line for line in lines if (line["table"], line["row"]) == ("people-by-sex", "F"))
    assert (woman["row_label"], woman["row_dimension"], woman["base"]) == ("Mujer", "Sexo", "5")
    again = client.get("/open-data/series.csv", headers={"If-None-Match": reply.headers["ETag"]})
    assert again.status_code == 304
    monkeypatch.setenv("ATTENTION_POINT_INSTANCE", str(settings.instance))
    output = settings.instance / "series.csv"
    done = CliRunner().invoke(
        statistics_commands, ["series", "--output", str(output)], obj=lambda: Database(database_url, database.info)
    )
    assert done.exit_code == 0, done.output
    assert output.read_bytes() == reply.data


@on_sqlite
def test_without_a_month_there_is_no_series(client: PageClient, database: Database, settings: Settings) -> None:
    assert read_lines(client.get("/open-data/series.csv").data) == []
    output = settings.instance / "series.csv"
    done = CliRunner().invoke(
        statistics_commands, ["series", "--output", str(output)], obj=lambda: Database(str(database.engine.url), {})
    )
    assert done.exit_code == 1
    assert not output.exists()
