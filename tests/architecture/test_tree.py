"""What must not stand in the tree, and what must."""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from attention_point.foundation import paths
from attention_point.foundation.settings import ENVIRONMENT_PREFIX, Settings, SettingsError, read_settings
from tests.support.pages import read

# In pieces, so that this file passes its own test.
PLACES = re.compile(r"(?<![\w.$}>])/(?:work|root|home/[a-z]|Users/[a-z])[\w./-]*")
HOSTS = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "deb." + "debian.org"]
BINARY = {".png", ".ico", ".pdf", ".woff2", ".gz", ".xz", ".zip", ".db"}
SETTING = re.compile(rf"{ENVIRONMENT_PREFIX}([A-Z][A-Z_]*)")


def _tree() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=paths.PROJECT_FOLDER,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = paths.PROJECT_FOLDER / name
        if path.suffix not in BINARY and path.is_file():
            yield name, path.read_text(encoding="utf-8")


def test_the_tree_names_no_machine_and_no_registry() -> None:
    found = {
        f"{name}: {hit}"
        for name, text in _tree()
        for hit in [*PLACES.findall(text), *(host for host in HOSTS if host in text)]
    }
    assert found == set()


@pytest.mark.parametrize(
    ("text", "hit"),
    [("see /" + "work/shared", True), ('open("/' + 'home/ana/x")', True), ("docs/work/x", False), ("/people", False)],
)
def test_a_machine_s_path_is_found(text: str, hit: bool) -> None:
    assert bool(PLACES.search(text)) is hit


def test_the_documented_settings_are_those_that_exist() -> None:
    documented = set(SETTING.findall((paths.PROJECT_FOLDER / "docs" / "settings.md").read_text(encoding="utf-8")))
    assert documented == {field.name.upper() for field in fields(Settings)}


def test_an_undocumented_setting_is_refused() -> None:
    with pytest.raises(SettingsError, match=f"{ENVIRONMENT_PREFIX}COLOUR"):
        read_settings({f"{ENVIRONMENT_PREFIX}COLOUR": "blue"})


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        path.relative_to(paths.PACKAGE_FOLDER).as_posix()
        for path in paths.PACKAGE_FOLDER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
        and isinstance(node.value, ast.Name) and node.value.id == "os"
    }  # fmt: skip
    assert readers <= {"foundation/settings.py", "foundation/command_language/__init__.py"}  # the terminal's language


def _templates() -> list[Path]:
    return sorted(paths.TEMPLATES_FOLDER.rglob("*.html"))


def inline_parts(template: str) -> list[str]:
    """The styles, handlers and script texts that a template carries itself."""
    found = []
    for one in read(re.sub(r"{#.*?#}", "", template, flags=re.DOTALL)):
        if one.tag == "style" or "style" in one.attributes:
            found.append(f"{one}: style")
        if one.tag == "script" and (one.text.strip() or "src" not in one.attributes):
            found.append(f"{one}: script")
        found += [f"{one}: {name}" for name in one.attributes if name.startswith("on")]
    return found


@pytest.mark.parametrize(
    "template",
    ["<p style='x'>", "<style>p {}</style>", "<script>go()</script>", "<script></script>", '<p onclick="{{ x }}">'],
)
def test_an_inline_part_is_found(template: str) -> None:
    assert inline_parts(template)


def test_templates_carry_no_style_and_no_script() -> None:
    found = {path.name: parts for path in _templates() if (parts := inline_parts(path.read_text(encoding="utf-8")))}
    assert _templates()
    assert found == {}


def test_templates_never_switch_escaping_off() -> None:
    switched = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")
    sources = {*_templates(), *paths.PACKAGE_FOLDER.rglob("*.py")}
    sources -= {paths.TEMPLATES_FOLDER / "parts" / "icons.html"}  # the shapes stand in that very file
    assert [path.name for path in sources if switched.search(path.read_text(encoding="utf-8"))] == []
