"""The command line's list of commands tells the truth about commands that it has not loaded."""

import json
import re
import subprocess
import sys

from attention_point.command_line import COMMANDS
from attention_point.foundation import paths

# What few requests need. Paperwork keeps its own libraries (ReportLab, Pillow, python-docx, XlsxWriter) apart.
HEAVY_LIBRARIES = {
    "alembic", "highspy", "holidays", "icalendar", "numpy", "psycopg", "puremagic", "python_calamine", "rapidfuzz",
}  # fmt: skip


def test_each_command_has_the_name_and_the_help_of_its_module() -> None:
    # In a new process: whoever calls a command translates its help for the rest of this one.
    code = (
        "import json; from attention_point.command_line import COMMANDS;"
        "from attention_point.foundation.command_language import normalise_help_text;"
        "from tests.support.commands import list_root_commands;"
        "listed = {command.name: command.help for command in COMMANDS};"
        "loaded = {command.name: normalise_help_text(command.help or '') for command in list_root_commands()};"
        "print(json.dumps([listed, loaded]))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=paths.PROJECT_FOLDER, capture_output=True, text=True, check=True
    ).stdout
    listed, loaded = json.loads(printed)
    assert listed == loaded


def test_every_module_of_commands_is_listed() -> None:
    defining = {
        ".".join(path.relative_to(paths.PACKAGE_FOLDER).with_suffix("").parts)
        for path in paths.PACKAGE_FOLDER.rglob("*.py")
        if re.search(r"^@click\.(group|command)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    listed = {command.module for command in COMMANDS}
    # The first is the root itself; the second adds its command to the group `statistics`; to the third's group the
    # public directory adds one, to the fourth's the room of rights.
    added_to = {"directory.seed.commands", "intake.erasure.commands"}
    assert defining - listed == {"command_line", "statistics.extracts.commands", *added_to}


def list_loaded_modules(imported: str) -> set[str]:
    """The modules of a new process that has imported one."""
    code = f"import sys, {imported}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=paths.PROJECT_FOLDER, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_list_of_commands_loads_no_room() -> None:
    modules = list_loaded_modules("attention_point.command_line")
    rooms = {f"attention_point.{path.name}" for path in paths.PACKAGE_FOLDER.iterdir() if (path / "es.po").exists()}
    assert rooms & modules == {"attention_point.foundation"}
    assert modules.isdisjoint(HEAVY_LIBRARIES)


def test_a_server_starts_without_libraries_that_few_requests_need() -> None:
    modules = list_loaded_modules("attention_point.system_commands")
    assert "attention_point.statistics" in modules
    assert modules.isdisjoint(HEAVY_LIBRARIES)
