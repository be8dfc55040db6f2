"""The language of the command line: the terminal's, for our sentences, the help of commands and click's own words.

click asks Python's gettext for its words, which reads only files that are compiled. So while a command runs, click's
Spanish (``es.po`` beside this file) stands compiled in a temporary folder.
"""

import gettext as standard_gettext
import inspect
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from weakref import WeakKeyDictionary

import click
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from attention_point.foundation.language import LANGUAGES, N_, in_language
from attention_point.foundation.language import gettext as _

CATALOGUE_FOLDER = Path(__file__).parent
GETTEXT_DOMAIN = "click"
# The names of kinds of values in the help. click translates only those of files.
TRANSLATED_TYPE_NAMES = {N_("text"), N_("integer"), N_("integer range"), N_("file"), N_("directory"), N_("path")}
USAGE_PATTERNS = (N_("[OPTIONS]"), N_("COMMAND [ARGS]..."))

# The English words of each command and option, by attribute: a test may run commands in both languages in one process.
_source_texts: WeakKeyDictionary[object, dict[str, str]] = WeakKeyDictionary()


def detect_terminal_language(environment: Mapping[str, str]) -> str:
    """Returns the language that a terminal asks for: ``es`` or ``en``.

    The locale is the first of LC_ALL, LC_MESSAGES and LANG that is set (POSIX). Languages in LANGUAGE go before it (GNU
    gettext). The language is Spanish if the locale is not set, is C or POSIX, or names no language that we have.
    """
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environment[name] for name in names if environment.get(name)), "C")
    if locale.partition(".")[0] in {"C", "POSIX"}:
        return "es"
    codes = [re.split("[_.@]", name)[0] for name in (*environment.get("LANGUAGE", "").split(":"), locale)]
    return next((code for code in codes if code in LANGUAGES), "es")


@contextmanager
def in_terminal_language(root: click.Command) -> Iterator[None]:
    """Uses the terminal's language while a command runs, and translates the help of ``root`` and its subcommands."""
    language = detect_terminal_language(os.environ)
    with in_language(language), _translate_click(language):
        translate_help(root)
        yield


@contextmanager
def _translate_click(language: str) -> Iterator[None]:
    earlier_language = os.environ.get("LANGUAGE")
    # gettext looks at LANGUAGE first. In the locale C, which a timer has, it would look no further than the locale.
    os.environ["LANGUAGE"] = language
    try:
        with ExitStack() as temporary_folders:
            # On a full disk click speaks English: the command that would make room must still run.
            with suppress(OSError):
                folder = temporary_folders.enter_context(TemporaryDirectory(prefix="attention-point-"))
                _compile_click_catalogue(Path(folder))
                standard_gettext.bindtextdomain(GETTEXT_DOMAIN, folder)
                standard_gettext.textdomain(GETTEXT_DOMAIN)
            yield
    finally:
        del os.environ["LANGUAGE"]
        if earlier_language is not None:
            os.environ["LANGUAGE"] = earlier_language


def _compile_click_catalogue(folder: Path) -> None:
    target = folder / "es" / "LC_MESSAGES" / f"{GETTEXT_DOMAIN}.mo"
    target.parent.mkdir(parents=True)
    with (CATALOGUE_FOLDER / "es.po").open("rb") as source, target.open("wb") as compiled:
        write_mo(compiled, read_po(source, locale="es"))


def translate_help(command: click.Command) -> None:
    """Translates the help of a command, its options and its subcommands into the language in use."""
    for owner, attribute, message in collect_help_messages(command):
        setattr(owner, attribute, _(message))


def collect_help_messages(command: click.Command) -> Iterator[tuple[object, str, str]]:
    """Gives the words of a command and its subcommands: the object that has them, its attribute, the message id."""
    owners: list[tuple[object, str]] = [(command, name) for name in ("help", "options_metavar", "subcommand_metavar")]
    for parameter in command.params:
        owners.append((parameter, "help"))
        if parameter.type.name in TRANSLATED_TYPE_NAMES or parameter.type in _source_texts:
            owners.append((parameter.type, "name"))
    for owner, attribute in owners:
        text = getattr(owner, attribute, None)
        if text:
            yield owner, attribute, normalise_help_text(_source_texts.setdefault(owner, {}).setdefault(attribute, text))
    if isinstance(command, click.Group):
        for subcommand in command.commands.values():
            yield from collect_help_messages(subcommand)


def normalise_help_text(text: str) -> str:
    """Returns a help text as the catalogues have it: each paragraph on one line."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
