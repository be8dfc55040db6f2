"""``attention-point registers import``: every row or none, the wrong ones in a file."""

import tracemalloc
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from attention_point.foundation.database import Database
from attention_point.foundation.refusals import Invalid
from attention_point.registers.events.register import EVENTS
from attention_point.registers.events.views import blueprint
from attention_point.registers.shared import queries
from attention_point.registers.shared.commands import registers_commands
from attention_point.registers.shared.describe import KNOWN
from attention_point.registers.shared.exporting import as_xlsx
from attention_point.registers.shared.models import Import, ImportRow
from attention_point.registers.shared.sheets import read_sheet
from tests.registers.shared.test_importing import package, sheet

HEAD = ["Nombre", "Estado", "Fecha"]
GOOD = [["Foro del agua", "realizado", "17/03/2019"], ["Feria", "planned", "2019"]]


def bring(database: Database, url: str, place: Path, rows: list[list[str]], *words: str) -> Result:
    """Write the rows as a spreadsheet and bring it into the events."""
    file = place / "events.xlsx"
    file.write_bytes(as_xlsx("A", HEAD, rows))
    asked = ["import", blueprint.name, str(file), *words]
    return CliRunner().invoke(registers_commands, asked, obj=lambda: Database(url, database.info))


def kept(database: Database) -> tuple[int, int]:
    """How many events there are, and how many rows on their way in."""
    with database.reading() as session:
        waiting = sum(session.scalar(select(func.count()).select_from(each)) or 0 for each in (Import, ImportRow))
        return queries.count(session, EVENTS), waiting


def test_a_dry_run_writes_nothing_and_the_real_one_all(database: Database, database_url: str, tmp_path: Path) -> None:
    done = bring(database, database_url, tmp_path, GOOD, "--dry-run")
    assert (done.exit_code, kept(database)) == (0, (0, 0)), done.output
    assert "Por agregar: 2" in done.stdout
    done = bring(database, database_url, tmp_path, GOOD)
    assert (done.exit_code, kept(database)) == (0, (2, 0)), done.output
    done = bring(database, database_url, tmp_path, GOOD)
    assert "sin cambios: 2" in done.stdout
    assert kept(database) == (2, 0)


def test_one_wrong_row_keeps_all_out_and_stands_in_the_file(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    wrong = [*GOOD, ["Encuentro", "realizado", "30 de febrero"]]
    done = bring(database, database_url, tmp_path, wrong, "--errors", str(tmp_path / "wrong.csv"))
    assert (done.exit_code, kept(database)) == (1, (0, 0))
    lines = (tmp_path / "wrong.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("4,Con errores,Fecha,")
    done = bring(database, database_url, tmp_path, wrong)
    assert "Fila 4 · Fecha: " in done.stderr
    done = bring(database, database_url, tmp_path, wrong, "--errors", str(tmp_path / "no" / "wrong.csv"))
    assert (done.exit_code, kept(database)) == (1, (0, 0))


def test_an_unknown_register_is_told_with_those_there_are(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("Nombre\nA\n", encoding="utf-8")
    asked = ["import", "nothing", str(tmp_path / "a.csv")]
    done = CliRunner().invoke(registers_commands, asked, obj=lambda: Database(database_url, database.info))
    assert done.exit_code == 1
    assert all(name in done.stderr for name in KNOWN)


def test_an_over_long_sheet_is_refused_before_its_cells_are_held() -> None:
    row = b'<row r="%d"><c r="A%d"><v>1</v></c><c r="B%d"><v>2</v></c><c r="C%d"><v>3</v></c></row>'
    rows = b"".join(row % ((number,) * 4) for number in range(1, 100_001))
    content = package(sheet1=sheet(rows))
    tracemalloc.start()
    with pytest.raises(Invalid, match=r"10\.000"):
        read_sheet("a.xlsx", content)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 3 * len(rows)
