"""The catalogues of messages. A message id is English; its Spanish stands in the ``es.po`` of the room that says it.

The catalogues are read as they are, when a process first translates: no compiled file can be older than its source.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from attention_point.foundation import paths

LANGUAGES = {"es": "Español", "en": "English"}
_SOURCE_LANGUAGE = "en"
_THOUSANDS_MARKS = {"es": ".", "en": ","}
# A context variable, because each thread answers another reader's request.
_language: ContextVar[str] = ContextVar("language", default="es")


def current_language() -> str:
    """Returns the language in use: ``es`` or ``en``."""
    return _language.get()


def set_language(language: str) -> None:
    """Sets the language for the rest of the request or command. An unknown language becomes Spanish."""
    _language.set(_choose_language(language))


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Uses a language inside a ``with`` block, as for a letter to its recipient. An unknown one becomes Spanish."""
    token = _language.set(_choose_language(language))
    try:
        yield
    finally:
        _language.reset(token)


def _choose_language(language: str) -> str:
    return language if language in LANGUAGES else "es"


def N_(message: str) -> str:  # noqa: N802 - the name that gettext's tools know
    """Marks a message for the catalogue. It is translated later, where it is shown."""
    return message


def gettext(message: str, **values: Any) -> str:
    """Translates a message into the language in use and fills in its ``%(name)s``."""
    # An empty message id is the header of every catalogue.
    text = load_translations(current_language()).gettext(message) if message else ""
    # Without values the text stays as it is: it may hold a percent sign.
    return text % values if values else text


def ngettext(singular: str, plural: str, n: int, **values: Any) -> str:
    """Translates the form of a message that goes with a number, which ``%(num)s`` shows."""
    # Both languages group thousands by threes, each with a mark of its own.
    number = f"{n:,}".replace(",", _THOUSANDS_MARKS[current_language()])
    return load_translations(current_language()).ngettext(singular, plural, n) % {"num": number, **values}


@cache
def load_translations(language: str) -> NullTranslations:
    """Loads the catalogues of all rooms in one language as a single one.

    Two rooms may use the same message; ``tests/architecture/test_texts.py`` checks that they translate it alike.
    """
    if language == _SOURCE_LANGUAGE:
        return NullTranslations()
    merged = Catalog(locale=language)
    for path in sorted(paths.PACKAGE_FOLDER.rglob(f"{language}.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    merged.add(message.id, message.string)
    # Python's gettext knows the rules of plurals, but reads compiled catalogues only.
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return GNUTranslations(compiled)
