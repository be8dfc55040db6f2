"""Who may import whom, by the contracts of ``.importlinter``."""

import subprocess
import sys
from pathlib import Path

from attention_point.foundation import paths

LINTER = Path(sys.executable).with_name("lint-imports")


def test_the_import_contracts_hold(tmp_path: Path) -> None:
    done = subprocess.run(
        [LINTER, "--no-logo", "--cache-dir", tmp_path],
        cwd=paths.PROJECT_FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
