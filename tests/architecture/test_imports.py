"""Who may import whom, by the contracts of ``.importlinter``."""

import configparser
import subprocess
import sys
from pathlib import Path

from attention_point.foundation import paths

LINTER = Path(sys.executable).with_name("lint-imports")


def test_the_import_contracts_hold(tmp_path: Path) -> None:
    done = subprocess.run(
        [LINTER, "--no-logo", "--cache-dir", tmp_path], cwd=paths.PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_keeps_the_order_of_its_files() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(paths.PROJECT / ".importlinter")
    inside = contracts["importlinter:contract:inside"]["containers"].split()
    rooms = {
        f"attention_point.{folder.name}"
        for folder in paths.PACKAGE.iterdir()
        if (folder / "__init__.py").exists() and folder.name not in {"foundation", "demo"}
    }
    assert rooms <= set(inside)
