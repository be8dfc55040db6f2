"""The command line in the terminal's language: our sentences, the help of the commands, and click's own words.

click asks gettext for its words, and gettext reads compiled catalogues from files alone. So click's Spanish, ``es.po``
beside this file, is compiled into a temporary folder for as long as a command runs.
"""

import gettext as standard_gettext
import inspect
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from weakref import WeakKeyDictionary

import click
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from attention_point.foundation.language import LANGUAGES, N_, speaking
from attention_point.foundation.language import gettext as _

FOLDER = Path(__file__).parent
DOMAIN = "click"
# What the help calls the values of options; click itself translates those of files alone.
TYPES = {N_("text"), N_("integer"), N_("integer range"), N_("file"), N_("directory"), N_("path")}
USAGE = (N_("[OPTIONS]"), N_("COMMAND [ARGS]..."))

# A command's or option's words as they stand in the code, by attribute.
_sources: WeakKeyDictionary[object, dict[str, str]] = WeakKeyDictionary()


def terminal_language(environment: Mapping[str, str]) -> str:
    """The language that a terminal asks for: ``es`` or ``en``.

    The locale is the first of LC_ALL, LC_MESSAGES and LANG that is set (POSIX); with one, LANGUAGE lists languages that
    go before it (GNU gettext). Where none is set, or it is C or POSIX, or neither language is asked for: Spanish.
    """
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environment[name] for name in names if environment.get(name)), "C")
    if locale.partition(".")[0] in {"C", "POSIX"}:
        return "es"
    codes = [re.split("[_.@]", name)[0] for name in (*environment.get("LANGUAGE", "").split(":"), locale)]
    return next((code for code in codes if code in LANGUAGES), "es")


@contextmanager
def in_terminal_language(root: click.Command) -> Iterator[None]:
    """Speak the terminal's language while a command runs, and translate the help of ``root`` and all under it."""
    language = terminal_language(os.environ)
    with speaking(language), _click_speaking(language):
        translate_help(root)
        yield


@contextmanager
def _click_speaking(language: str) -> Iterator[None]:
    before = os.environ.get("LANGUAGE")
    os.environ["LANGUAGE"] = language  # gettext looks there first; in the locale C it would look no further
    try:
        with ExitStack() as files:
            with suppress(OSError):  # no room for a temporary file: click speaks English
                folder = Path(files.enter_context(TemporaryDirectory(prefix="attention-point-")))
                _compile(folder / "es" / "LC_MESSAGES" / f"{DOMAIN}.mo")
                standard_gettext.bindtextdomain(DOMAIN, str(folder))
                standard_gettext.textdomain(DOMAIN)
            yield
    finally:
        del os.environ["LANGUAGE"]
        if before is not None:
            os.environ["LANGUAGE"] = before


def _compile(target: Path) -> None:
    """Write click's Spanish in the form that gettext reads."""
    target.parent.mkdir(parents=True)
    with (FOLDER / "es.po").open("rb") as source, target.open("wb") as compiled:
        write_mo(compiled, read_po(source, locale="es"))


def translate_help(command: click.Command) -> None:
    """Put the words of a command, its options and its subcommands into the language in use."""
    for owner, attribute, message in help_messages(command):
        setattr(owner, attribute, _(message))


def help_messages(command: click.Command) -> Iterator[tuple[object, str, str]]:
    """The help of a command and all under it: whose words, in which attribute, and their message id."""
    words: list[tuple[object, str]] = [(command, name) for name in ("help", "options_metavar", "subcommand_metavar")]
    words += [(parameter, "help") for parameter in command.params]
    words += [(kind, "name") for kind in _types(command) if kind.name in TYPES or kind in _sources]
    for owner, attribute in words:
        text = getattr(owner, attribute, None)
        if text:
            yield owner, attribute, as_message(_sources.setdefault(owner, {}).setdefault(attribute, text))
    if isinstance(command, click.Group):
        for subcommand in command.commands.values():
            yield from help_messages(subcommand)


def _types(command: click.Command) -> list[click.ParamType[Any]]:
    return [parameter.type for parameter in command.params]


def as_message(text: str) -> str:
    """A help text as the catalogues have it: its paragraphs, each in one line."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
