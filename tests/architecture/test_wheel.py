"""The wheel that ``pip wheel .`` builds holds everything, and runs from any folder."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from attention_point.foundation import paths

# What the build reads of a checkout.
FOLDERS = ("attention_point", "migrations", "templates")
FILES = ("LICENSE", "README.md", "pyproject.toml", "setup.cfg", "setup.py")
OFFLINE = ("--no-deps", "--no-index", "--disable-pip-version-check", "--quiet")
# In a process of its own, because this one knows the checkout's folders.
FIRST_PAGE = """
from attention_point.app import create_app
from attention_point.command_line import main
from attention_point.foundation.settings import read_settings

main(["init"], standalone_mode=False)
app = create_app(read_settings())
assert app.test_client().get("/sign-in").status_code == 200
app.extensions["database"].close()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the tree: the build leaves folders of its own beside what it builds."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in FOLDERS:
        shutil.copytree(paths.PROJECT_FOLDER / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(paths.PROJECT_FOLDER / name, folder)
    command = [sys.executable, "-m", "pip", "wheel", *OFFLINE, "--no-build-isolation", "--wheel-dir", "dist", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = (folder / "dist").glob("*.whl")
    return built


def test_the_wheel_holds_every_file_and_no_other_top_level(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *FOLDERS],
        cwd=paths.PROJECT_FOLDER,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [name for name in listed.stdout.split("\0") if name and (paths.PROJECT_FOLDER / name).exists()]
    expected = {name if name.startswith("attention_point/") else f"attention_point/{name}" for name in files}
    with zipfile.ZipFile(wheel) as archive:
        contained = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert contained == expected


def test_an_installation_from_the_wheel_runs_in_any_folder(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", *OFFLINE, "--target", str(site), str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    working_folder = tmp_path / "anywhere"
    working_folder.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ATTENTION_POINT_")}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAGE],
        cwd=working_folder,
        env=environment | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (working_folder / "instance" / "attention-point.db").exists()
