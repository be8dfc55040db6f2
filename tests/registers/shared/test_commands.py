"""``attention-point registers import``: the good rows go in, the wrong ones come back in a file."""

import tracemalloc
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from attention_point.foundation.database import Database
from attention_point.foundation.errors import Invalid
from attention_point.registers.events.register import EVENTS
from attention_point.registers.events.views import events_blueprint
from attention_point.registers.shared.commands import registers_commands
from attention_point.registers.shared.models import StoredImport
from attention_point.registers.shared.records import queries
from attention_point.registers.shared.schema.schema import REGISTERS_BY_NAME
from attention_point.registers.shared.spreadsheets.exporting import build_xlsx
from attention_point.registers.shared.spreadsheets.spreadsheet_reader import read_spreadsheet
from tests.registers.shared.test_importing import package, sheet

HEAD = ["Nombre", "Estado", "Fecha"]
VALID_ROWS = [["Foro del agua", "realizado", "17/03/2019"], ["Feria", "planned", "2019"]]


def run_import(database: Database, url: str, folder: Path, rows: list[list[str]], *options: str) -> Result:
    """Write the rows as a spreadsheet and import it into the events."""
    file = folder / "events.xlsx"
    file.write_bytes(build_xlsx("A", HEAD, rows))
    arguments = ["import", events_blueprint.name, str(file), *options]
    return CliRunner().invoke(registers_commands, arguments, obj=lambda: Database(url, database.info))


def count_stored(database: Database) -> tuple[int, int]:
    """How many events there are, and how many uploads that wait."""
    with database.read_session() as session:
        uploads = session.scalar(select(func.count()).select_from(StoredImport)) or 0
        return queries.count_records(session, EVENTS), uploads


def test_a_dry_run_writes_nothing_and_the_real_one_all(database: Database, database_url: str, tmp_path: Path) -> None:
    result = run_import(database, database_url, tmp_path, VALID_ROWS, "--dry-run")
    assert (result.exit_code, count_stored(database)) == (0, (0, 0)), result.output
    assert "Por agregar: 2" in result.stdout
    result = run_import(database, database_url, tmp_path, VALID_ROWS)
    assert (result.exit_code, count_stored(database)) == (0, (2, 0)), result.output
    result = run_import(database, database_url, tmp_path, VALID_ROWS)
    assert "sin cambios: 2" in result.stdout
    assert count_stored(database) == (2, 0)


def test_the_good_rows_go_in_and_the_wrong_one_comes_back_in_the_file(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    rows = [*VALID_ROWS, ["Encuentro", "realizado", "30 de febrero"]]
    result = run_import(database, database_url, tmp_path, rows, "--errors", str(tmp_path / "no" / "wrong.csv"))
    assert (result.exit_code, count_stored(database)) == (1, (0, 0)), (
        "nothing is imported if the file cannot be written"
    )
    result = run_import(database, database_url, tmp_path, rows, "--errors", str(tmp_path / "wrong.csv"))
    assert (result.exit_code, count_stored(database)) == (1, (2, 0))
    lines = (tmp_path / "wrong.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("Qué corregir,Nombre,Estado,Fecha")
    assert lines[1].startswith('"Fila 4. Fecha: ')
    result = run_import(database, database_url, tmp_path, rows)
    assert "Fila 4. Fecha: " in result.stderr
    assert "sin cambios: 2" in result.stdout
    # Mended, the file that came back is imported as it is, with its column of reasons.
    mended = (tmp_path / "wrong.csv").read_text(encoding="utf-8-sig").replace("30 de febrero", "mayo de 2018")
    (tmp_path / "mended.csv").write_text(mended, encoding="utf-8")
    arguments = ["import", "events", str(tmp_path / "mended.csv")]
    result = CliRunner().invoke(registers_commands, arguments, obj=lambda: Database(database_url, database.info))
    assert (result.exit_code, count_stored(database)) == (0, (3, 0)), result.output


def test_repeated_rows_go_in_only_when_asked(database: Database, database_url: str, tmp_path: Path) -> None:
    rows = [["Mesa técnica", "realizado", "2019"], ["MESA TECNICA", "realizado", "2019"]]
    result = run_import(database, database_url, tmp_path, rows, "--dry-run")
    assert "Fila 3. Nombre: Tiene el mismo nombre y la misma fecha que la fila 2." in result.stderr
    result = run_import(database, database_url, tmp_path, rows, "--repeated")
    assert (result.exit_code, count_stored(database)) == (0, (2, 0)), result.output


def test_an_unknown_register_is_told_with_those_there_are(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("Nombre\nA\n", encoding="utf-8")
    arguments = ["import", "nothing", str(tmp_path / "a.csv")]
    result = CliRunner().invoke(registers_commands, arguments, obj=lambda: Database(database_url, database.info))
    assert result.exit_code == 1
    assert all(name in result.stderr for name in REGISTERS_BY_NAME)


def test_an_over_long_sheet_is_refused_before_its_cells_are_held() -> None:
    row = b'<row r="%d"><c r="A%d"><v>1</v></c><c r="B%d"><v>2</v></c><c r="C%d"><v>3</v></c></row>'
    rows = b"".join(row % ((number,) * 4) for number in range(1, 100_001))
    content = package(sheet1=sheet(rows))
    tracemalloc.start()
    with pytest.raises(Invalid, match=r"2\.000"):
        read_spreadsheet("a.xlsx", content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * len(rows)
