"""The recipe ``docs/recipes/add-a-question-about-a-person.md``, done as it stands on a copy of the program."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from attention_point.foundation import paths

RECIPE = paths.PROJECT_FOLDER / "docs" / "recipes" / "add-a-question-about-a-person.md"
MOST_FILES = 4
STEP = re.compile(
    r"In `(?P<path>[^`]+)`, (?P<where>at the end|before|after)(?: `(?P<line>[^`]+)`)?:\n\n```\w+\n(?P<text>.*?)```",
    re.S,
)
COPIED = ("attention_point", "templates", "migrations", "tests", "setup.cfg", "pyproject.toml")


def apply_recipe(recipe: str, folder: Path) -> list[str]:
    """Do each step in the program of a folder; the files that it touched."""
    touched = []
    for step in STEP.finditer(recipe):
        path = folder / step["path"]
        content = path.read_text(encoding="utf-8")
        if step["where"] == "at the end":
            content += step["text"]
        else:
            line = step["line"] + "\n"
            assert content.count(line) == 1, step["line"]
            content = content.replace(line, step["text"] + line if step["where"] == "before" else line + step["text"])
        path.write_text(content, encoding="utf-8")
        touched.append(step["path"])
    return touched


def test_a_question_about_a_person_touches_four_files_and_works(tmp_path: Path) -> None:
    for name in COPIED:
        source = paths.PROJECT_FOLDER / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name)
        else:
            shutil.copy(source, tmp_path / name)
    touched = apply_recipe(RECIPE.read_text(encoding="utf-8"), tmp_path)
    assert len(set(touched)) == len(touched) <= MOST_FILES
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/people/added_question.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr  # 5 where no test was found
