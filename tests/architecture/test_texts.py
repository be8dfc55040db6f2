"""Words: English in the code, Spanish in the catalogues, and every message in both."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_from_dir
from babel.messages.pofile import read_po

from attention_point.app import main
from attention_point.foundation import paths
from attention_point.foundation.command_language import FOLDER, help_messages

ACCENTED = frozenset("áéíóúüñÁÉÍÓÚÜÑ¿¡")
# A language is listed by its own name, whoever reads.
NAMES = {"Español"}
# Ends a line that must hold Spanish letters to do its work (the phonetic key), and says why.
MARK = "# spanish:"
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
TRANSLATIONS = sorted(paths.PACKAGE.rglob("es.po"))


def spanish_lines(source: str) -> list[int]:
    """The lines of a Python source with Spanish letters in a text, unless marked."""
    lines = source.splitlines()
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and ACCENTED & set(node.value)
        and node.value not in NAMES
        and not any(MARK in line for line in lines[node.lineno - 1 : node.end_lineno])
    ]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('x = "Sign in"', []),
        ('x = 1\ny = "Atención"', [2]),
        ('x = f"{y} años"', [1]),
        ('x = "Ñ"  # spanish: the letter itself is the rule', []),
        ('"""¿Qué?"""', [1]),
    ],
)
def test_spanish_in_python_is_found(source: str, lines: list[int]) -> None:
    assert spanish_lines(source) == lines


def test_python_holds_no_spanish() -> None:
    found = {
        f"{path.relative_to(paths.PROJECT)}:{line}"
        for path in paths.PACKAGE.rglob("*.py")
        for line in spanish_lines(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="es", abort_invalid=True)


def _used() -> Iterator[tuple[str, str]]:
    """Every message of the code and the templates, each with where it stands. A plural counts by its singular."""
    python = extract_from_dir(paths.PACKAGE, [("**.py", "python")], keywords=KEYWORDS)
    jinja = extract_from_dir(
        paths.TEMPLATES,
        [("**", "jinja2")],
        {"**": {"silent": "false", "newstyle_gettext": "true"}},
        keywords=KEYWORDS,
    )
    for folder, found in ((paths.PACKAGE, python), (paths.TEMPLATES, jinja)):
        for name, line, message, _comments, _context in found:
            yield (message if isinstance(message, str) else message[0]), f"{folder.name}/{name}:{line}"


def test_the_extraction_sees_code_and_templates() -> None:
    source = b'_("One")\nN_("Two")\nngettext("%(num)s day", "%(num)s days", n)\n'
    messages = [message for _line, message, *_rest in extract("python", BytesIO(source), KEYWORDS)]
    assert messages == ["One", "Two", ("%(num)s day", "%(num)s days")]
    places = [place for _message, place in _used()]
    assert any(place.startswith("templates/") for place in places)
    assert any(place.startswith("attention_point/foundation/") for place in places)


def test_every_message_has_its_spanish() -> None:
    known = {
        message.id if isinstance(message.id, str) else message.id[0]
        for path in TRANSLATIONS
        for message in _catalogue(path)
    }
    assert {place: message for message, place in _used() if message not in known} == {}


def test_the_help_of_every_command_has_its_spanish() -> None:
    known = {message.id for path in TRANSLATIONS for message in _catalogue(path)}
    messages = {message for _owner, _attribute, message in help_messages(main)}
    assert "Serve the pages and the API." in messages
    assert {message for message in messages if message not in known} == set()
    assert {message for message in messages if "`" in message} == set()  # a terminal shows the marks of a docstring


def test_click_s_own_words_have_their_spanish() -> None:
    """All that this version of click may say in a terminal of a server."""
    found = extract_from_dir(Path(click.__file__).parent, [("**.py", "python")], keywords=KEYWORDS)
    messages = {message for name, _line, message, *_rest in found if name not in {"_winconsole.py", "testing.py"}}
    known = {message.id for message in _catalogue(FOLDER / "es.po")}
    assert {"Usage:", "Missing argument", "No such option {name!r}."} < messages
    assert {message for message in messages if message not in known} == set()


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.parent.name)
def test_a_catalogue_is_whole(path: Path) -> None:
    catalogue = _catalogue(path)
    assert catalogue.charset.lower() == "utf-8"
    assert catalogue.num_plurals == 2
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    empty = [
        message.id
        for message in catalogue
        if message.id and not all([message.string] if isinstance(message.string, str) else message.string or [""])
    ]
    assert empty == []
    # Babel compares the placeholders of a message with those of its translation.
    assert {str(message.id): errors for message, errors in catalogue.check() if errors} == {}


def test_a_message_in_two_rooms_says_the_same() -> None:
    said: dict[object, set[object]] = defaultdict(set)
    for path in TRANSLATIONS:
        for message in _catalogue(path):
            if message.id:
                said[str(message.id)].add(str(message.string))
    assert {message: texts for message, texts in said.items() if len(texts) > 1} == {}
