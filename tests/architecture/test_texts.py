"""Words: English in the code, Spanish in the catalogues, and every message in both."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from attention_point.command_line import main
from attention_point.foundation import paths
from attention_point.foundation.command_language import CATALOGUE_FOLDER, collect_help_messages
from tests.architecture import text_scan
from tests.support.commands import list_root_commands

ACCENTED = frozenset("áéíóúüñÁÉÍÓÚÜÑ¿¡")
# A language is listed by its own name, whoever reads.
NAMES = {"Español"}
# Ends a line that must hold Spanish letters to do its work (the phonetic key), and says why.
MARK = "# spanish:"
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
# Modules whose texts are in English for programmers, or that hold names of styles, fonts and triggers.
UNREAD_MODULES = (
    "foundation/journal/verification/triggers.py",
    "foundation/paperwork/charts/",
    "foundation/paperwork/docx/",
    "foundation/web/openapi.py",
)
UNREAD_TEXTS = {
    "a sealed value of ",  # VaultError: the log's words; a person reads those of the web layer or of the command
    " does not open",
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "note lines",  # classes of a style sheet
    "Bucaramanga, Santander, Colombia",  # a name of a place is the same in both languages
}
UNREAD_TEMPLATE_TEXTS = {
    "GOV.CO",  # the name of the State's portal
    "SHA-256 ·…",
    "attention-point user way-back",  # a command
    "·2017-09.csv",
    "·2017-09/v1.csv",
    "input input--keypad",
    "input input--keypad input--date",
}
TRANSLATIONS = sorted(paths.PACKAGE_FOLDER.rglob("es.po"))


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
        f"{path.relative_to(paths.PROJECT_FOLDER)}:{line}"
        for path in paths.PACKAGE_FOLDER.rglob("*.py")
        for line in spanish_lines(path.read_text(encoding="utf-8"))
    }
    assert found == set()


@cache
def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="es", abort_invalid=True)


@cache
def _used() -> tuple[tuple[str, str], ...]:
    """Every message of the code and the templates, each with where it stands. A plural counts by its singular."""
    return tuple(_extract_messages())


def _extract_messages() -> Iterator[tuple[str, str]]:
    for path in sorted(paths.PACKAGE_FOLDER.rglob("*.py")):
        for line, text in text_scan.find_marked_texts(path.read_text(encoding="utf-8")):
            yield text, f"{path.relative_to(paths.PROJECT_FOLDER)}:{line}"
    jinja = extract_from_dir(
        paths.TEMPLATES_FOLDER,
        [("**", "jinja2")],
        {"**": {"silent": "false", "newstyle_gettext": "true"}},
        keywords=KEYWORDS,
    )
    for name, line, extracted, _comments, _context in jinja:
        message = extracted if isinstance(extracted, str) else extracted[0]
        yield message, f"{paths.TEMPLATES_FOLDER.name}/{name}:{line}"


def test_the_extraction_sees_code_and_templates() -> None:
    source = '_("One")\nN_("Two")\nngettext("%(num)s day", "%(num)s days", n)\nf"# {_(\'Three\')}"\n'
    assert list(text_scan.find_marked_texts(source)) == [(1, "One"), (2, "Two"), (3, "%(num)s day"), (4, "Three")]
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


def _list_help_messages() -> set[str]:
    return {
        message
        for command in (main, *list_root_commands())
        for _owner, _attribute, message in collect_help_messages(command)
    }


def test_every_spanish_belongs_to_a_message() -> None:
    """A sentence that nothing says any more would be translated, checked and corrected for nobody."""
    used = {message for message, _place in _used()} | _list_help_messages()
    unused = {
        f"{path.parent.name}: {message_id}"
        for path in TRANSLATIONS
        if path.parent != CATALOGUE_FOLDER  # click's own words
        for message in _catalogue(path)
        if (message_id := message.id if isinstance(message.id, str) else message.id[0]) and message_id not in used
    }
    assert unused == set()


@pytest.fixture(scope="module")
def modules() -> dict[str, str]:
    """The source of every module, by its path in the package."""
    return {
        path.relative_to(paths.PACKAGE_FOLDER).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(paths.PACKAGE_FOLDER.rglob("*.py"))
    }


@pytest.fixture(scope="module")
def templates() -> dict[str, str]:
    return {
        path.relative_to(paths.TEMPLATES_FOLDER).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(paths.TEMPLATES_FOLDER.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def targets(modules: dict[str, str], templates: dict[str, str]) -> text_scan.TextTargets:
    return text_scan.collect_targets(modules.values(), templates.values())


@pytest.mark.parametrize(
    "source",
    [
        'REASON = Reason("Elsewhere.")',
        'raise CasesError("Elsewhere: %(id)s", id=case_id)',
        'raise AppError("Elsewhere.")',
        'raise Invalid(_("Elsewhere."), (FieldError("name", "Elsewhere."),))',
        'error = FieldError(field="name", message="Elsewhere.")',
        'field = Field("name", "Name", required=True)',
        'group = Group(title="Elsewhere", fields=())',
        'name = StringField("Elsewhere")',
        'checks = [DataRequired(message="Elsewhere.")]',
        'ROLE_LABELS = {"agent": "Agent"}',
        'STATE_WORDS = {"open": ("Open for now", "circle")}',
        'COLUMN_PARTS = {"money": (("currency", "Currency"),)}',
        'NOTHING_SAVED = "Nowhere"',
        'def describe():\n    return "It is elsewhere."',
        'def describe(n):\n    return f"{n} of them are elsewhere"',
        'click.echo("Done.")',
        'flash("Saved.")',
    ],
)
def test_a_planted_text_is_found(source: str, targets: text_scan.TextTargets) -> None:
    assert list(text_scan.find_unmarked_texts(source, targets)) != []


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring, for programmers."""',
        'REASON = Reason(N_("Elsewhere."))',
        'raise AppError(_("Elsewhere: %(name)s", name=name))',
        'raise ValueError("no such day of the week")',
        'MENU = {"open the door": 1}.keys() and Field("name", N_("Name"), "text")',
        'ROLE_LABELS = {"agent": N_("Agent")}',
        'click.echo(f"{user.email}\\t{user.name}")',
        'session.execute(text("SELECT seq FROM journal_head"))',
    ],
)
def test_a_marked_text_and_a_technical_one_are_let_through(source: str, targets: text_scan.TextTargets) -> None:
    found = [text for _line, text in text_scan.find_unmarked_texts(source, targets) if text != "open the door"]
    assert found == []


def test_the_scan_learns_from_the_code_where_texts_go(targets: text_scan.TextTargets) -> None:
    assert targets.parameters["Reason"] == {"msgid": 0}
    assert targets.parameters["CasesError"] == {"msgid": 0}
    assert targets.parameters["Busy"] == {"message": 0}, "inherited from AppError"
    assert {"ROLE_LABELS", "SECTION_TITLES", "COLUMN_PARTS"} <= targets.tables


def test_every_text_of_the_code_is_marked(modules: dict[str, str], targets: text_scan.TextTargets) -> None:
    found = {
        f"{name}:{line}": text
        for name, source in modules.items()
        if not name.startswith(UNREAD_MODULES)
        for line, text in text_scan.find_unmarked_texts(source, targets)
        if text not in UNREAD_TEXTS
    }
    assert found == {}


def test_what_is_let_through_still_stands_in_the_code(modules: dict[str, str]) -> None:
    whole = "\n".join(modules.values())
    assert {text for text in UNREAD_TEXTS if text not in whole} == set()
    assert {start for start in UNREAD_MODULES if not any(name.startswith(start) for name in modules)} == set()


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("<p>{{ _('Marked') }} · {{ number }}</p>", []),
        ("<p>Planted</p>", ["Planted"]),
        ("<p>{{ _('Marked') }} planted {{ number }}</p>", ["· planted ·"]),
        ('<img alt="Planted" class="card card--wide">', ["Planted"]),
        ('{{ link_button("Planted here", url) }}', ["Planted here"]),
        ("{% set title = 'Planted here' %}{{ _('Marked here') }}", ["Planted here"]),
    ],
)
def test_a_planted_text_in_a_template_is_found(source: str, texts: list[str]) -> None:
    assert text_scan.find_template_texts(source) == texts


def test_every_text_of_the_templates_is_marked(templates: dict[str, str]) -> None:
    found = {
        f"{name}: {text}"
        for name, source in templates.items()
        for text in text_scan.find_template_texts(source)
        if text not in UNREAD_TEMPLATE_TEXTS
    }
    assert found == set()


def test_no_message_looks_technical() -> None:
    """Otherwise the scan would let such a text through where it is not marked."""
    assert {message for message, _place in _used() if text_scan.TECHNICAL.search(message)} == set()


def test_the_help_of_every_command_has_its_spanish() -> None:
    known = {message.id for path in TRANSLATIONS for message in _catalogue(path)}
    messages = _list_help_messages()
    assert "Serve the pages and the API." in messages
    assert {message for message in messages if message not in known} == set()
    assert {message for message in messages if "`" in message} == set()  # a terminal shows the marks of a docstring


def test_click_s_own_words_have_their_spanish() -> None:
    """All that this version of click may say in a terminal of a server."""
    found = extract_from_dir(Path(click.__file__).parent, [("**.py", "python")], keywords=KEYWORDS)
    messages = {message for name, _line, message, *_rest in found if name not in {"_winconsole.py", "testing.py"}}
    known = {message.id for message in _catalogue(CATALOGUE_FOLDER / "es.po")}
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
