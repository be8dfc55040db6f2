"""Each recipe works as it stands: its files are written into a copy of the house, its commands run there."""

from pathlib import Path

import pytest

from attention_point.foundation import paths
from tests.recipes.recipe import RECIPES_FOLDER, Snippet, carry_out, copy_house, read_snippets

# Adding a question and a register are carried out by the tests of their rooms, which use what was added.
RECIPES = (
    "add-a-feature",
    "add-a-page",
    "add-a-routing-rule",
    "add-an-entity",
    "add-an-indicator",
    "change-a-consent-text",
)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_works_as_it_stands(name: str, tmp_path: Path) -> None:
    snippets = list(read_snippets((RECIPES_FOLDER / f"{name}.md").read_text(encoding="utf-8")))
    assert any(snippet.language == "sh" for snippet in snippets), "a recipe ends with commands that prove it"
    copy_house(tmp_path)
    for snippet in snippets:
        carry_out(snippet, tmp_path)


def test_every_recipe_is_carried_out_by_a_test() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in (paths.PROJECT_FOLDER / "tests").rglob("*.py"))
    assert {path.stem for path in RECIPES_FOLDER.glob("*.md") if path.stem not in tests} == set()


RECIPE = """
1. `package/new.py`, a new file:

   ```python
   FIRST = 1
   ```

2. In `package/new.py`, above `FIRST = 1`:

   ```python
   ZEROTH = 0
   ```

At the end of `package/new.py`:
```python
SECOND = 2
```

```sh
test "$(cat package/new.py | wc -l)" = 3
```
"""


def test_snippets_are_written_where_the_recipe_says(tmp_path: Path) -> None:
    for snippet in read_snippets(RECIPE):
        carry_out(snippet, tmp_path)
    assert (tmp_path / "package" / "new.py").read_text() == "ZEROTH = 0\nFIRST = 1\nSECOND = 2\n"


@pytest.mark.parametrize(
    ("snippet", "sentence"),
    [
        (Snippet("python", "FIRST = 1\n", "Then write this:"), "nothing says where this goes"),
        (Snippet("python", "FIRST = 1\n", "In `here.txt`, below `gone`:"), "here.txt has no line gone"),
        (Snippet("python", "FIRST = 1\n", "`here.txt`, a new file:"), "here.txt is there already"),
        (Snippet("sh", "false\ntrue\n", ""), "false"),
    ],
)
def test_a_snippet_that_cannot_be_carried_out_is_told(snippet: Snippet, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "here.txt").write_text("here\n")
    with pytest.raises(AssertionError, match=sentence):
        carry_out(snippet, tmp_path)
