"""The recipe ``docs/recipes/add-a-question-about-a-person.md``, done as it stands on a copy of the program."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.recipes.recipe import RECIPES_FOLDER, carry_out, copy_house, read_snippets

RECIPE = RECIPES_FOLDER / "add-a-question-about-a-person.md"
MOST_FILES = 4


def test_a_question_about_a_person_touches_four_files_and_works(tmp_path: Path) -> None:
    copy_house(tmp_path)
    snippets = list(read_snippets(RECIPE.read_text(encoding="utf-8")))
    for snippet in snippets:
        carry_out(snippet, tmp_path)
    touched = {path for snippet in snippets for path in re.findall("`([^`]+)`", snippet.lead)[:1]}
    assert len(touched) == len(snippets) <= MOST_FILES
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/people/added_question.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr  # 5 where no test was found
