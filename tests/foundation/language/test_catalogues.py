"""Languages: Spanish unless another is asked for, English where nothing is translated, each thread its own."""

import threading
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path

import pytest

from attention_point.foundation import language, paths
from attention_point.foundation.language import (
    current_language,
    gettext,
    in_language,
    load_translations,
    ngettext,
    set_language,
)

HEAD = (
    'msgid ""\nmsgstr ""\n"Language: es\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)
FIRST = """msgid "House"
msgstr "Casa"

msgid "Page %(number)s of %(total)s"
msgstr "Página %(number)s de %(total)s"

msgid "%(num)s day"
msgid_plural "%(num)s days"
msgstr[0] "%(num)s día"
msgstr[1] "%(num)s días"
"""
SECOND = """msgid "100 % sure"
msgstr "100 % seguro"
"""


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two rooms with a catalogue each, in the place of the package's own."""
    for name, content in (("first", FIRST), ("second", SECOND)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "es.po").write_text(HEAD + content, encoding="utf-8")
    monkeypatch.setattr(paths, "PACKAGE_FOLDER", tmp_path)
    load_translations.cache_clear()
    yield
    load_translations.cache_clear()


def test_spanish_is_spoken_unless_another_is_asked_for() -> None:
    assert copy_context().run(current_language) == "es"
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(current_language()))
    thread.start()
    thread.join()
    assert seen == ["es"]


@pytest.mark.usefixtures("rooms")
def test_each_room_s_catalogue_is_read() -> None:
    assert (gettext("House"), gettext("100 % sure")) == ("Casa", "100 % seguro")
    with in_language("en"):
        assert (gettext("House"), gettext("100 % sure")) == ("House", "100 % sure")


@pytest.mark.usefixtures("rooms")
def test_values_are_filled_in() -> None:
    assert gettext("Page %(number)s of %(total)s", number=2, total=3) == "Página 2 de 3"  # spanish: as in the catalogue
    with in_language("en"):
        assert gettext("Page %(number)s of %(total)s", number=2, total=3) == "Page 2 of 3"


@pytest.mark.usefixtures("rooms")
@pytest.mark.parametrize(
    ("n", "spanish", "english"),
    [(0, "0 días", "0 days"), (1, "1 día", "1 day"), (10_037, "10.037 días", "10,037 days")],
)
def test_the_plural_goes_with_the_number(n: int, spanish: str, english: str) -> None:
    assert ngettext("%(num)s day", "%(num)s days", n) == spanish
    with in_language("en"):
        assert ngettext("%(num)s day", "%(num)s days", n) == english


@pytest.mark.usefixtures("rooms")
def test_what_is_not_translated_is_said_in_english() -> None:
    assert gettext("Not in any catalogue") == "Not in any catalogue"
    assert ngettext("%(num)s cat", "%(num)s cats", 2) == "2 cats"


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_nothing_is_nothing_in_every_language(code: str) -> None:
    with in_language(code):
        assert gettext("") == ""


def test_speaking_gives_the_language_back() -> None:
    before = current_language()
    with in_language("en"):
        assert current_language() == "en"
        with in_language("es"):
            assert current_language() == "es"
        assert current_language() == "en"
        with pytest.raises(ZeroDivisionError), in_language("es"):
            raise ZeroDivisionError
        assert current_language() == "en"
    assert current_language() == before


@pytest.mark.parametrize("code", ["fr", "", "es_CO", "EN", "../en"])
def test_a_language_that_we_do_not_have_is_spanish(code: str) -> None:
    with in_language("en"):
        with in_language(code):
            assert current_language() == "es"
        set_language(code)
        assert current_language() == "es"


def test_threads_do_not_change_one_another_s_language() -> None:
    ready = threading.Barrier(len(language.LANGUAGES))
    seen: dict[str, set[str]] = {}

    def speak(code: str) -> None:
        set_language(code)
        ready.wait(60)
        seen[code] = {current_language() for _time in range(100)}

    threads = [threading.Thread(target=speak, args=(code,)) for code in language.LANGUAGES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert seen == {code: {code} for code in language.LANGUAGES}
    assert current_language() == "es"
