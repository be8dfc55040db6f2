"""Catalogues: message ids are English; each room keeps its Spanish in an ``es.po`` of its own, read once at start."""

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
_SOURCE = "en"
_language: ContextVar[str] = ContextVar("language", default="es")


def current() -> str:
    """The language in use: ``es`` or ``en``."""
    return _language.get()


def use(language: str) -> None:
    """Speak this language from here on in this context; one we do not have is Spanish."""
    _language.set(language if language in LANGUAGES else "es")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language for a while: a paper for its reader, say."""
    token = _language.set(language if language in LANGUAGES else "es")
    try:
        yield
    finally:
        _language.reset(token)


def N_(message: str) -> str:  # noqa: N802 - the name that gettext's tools know
    """Mark a message for the catalogue; it is translated later, where it is shown."""
    return message


def gettext(message: str, **values: Any) -> str:
    """The message in the language in use, its ``%(name)s`` filled in."""
    text = translations(current()).gettext(message) if message else ""  # catalogues keep their header under ""
    return text % values if values else text


def ngettext(singular: str, plural: str, n: int, **values: Any) -> str:
    """The form of the message that goes with a number; ``%(num)s`` is the number."""
    return translations(current()).ngettext(singular, plural, n) % {"num": n, **values}


@cache
def translations(language: str) -> NullTranslations:
    """All rooms' catalogues of a language in one; a message in two rooms must not differ (a test says so)."""
    if language == _SOURCE:
        return NullTranslations()
    merged = Catalog(locale=language)
    for path in sorted(paths.PACKAGE.rglob(f"{language}.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    merged.add(message.id, message.string)
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return GNUTranslations(compiled)
