"""The words that people read: one term for one thing, nobody masculine by default, nobody blamed (glossary)."""

import re
from pathlib import Path

import pytest
import yaml

from attention_point.foundation import paths
from attention_point.foundation.codelists import get_code_list

# Each of these was on a screen, a slip or in a list once.
OLD_WORDS = re.compile(
    r"comprobante|lactante\b|gestante\b|anteojos|acudiente|representante legal|obligado u obligada"
    r"|migrante venezolan|colombiano retornado|retornar a su|(?<!niña, )niño o adolescente sin"
    r"|no mostró ninguno|usted no puede hacer|quedó quitad|se trajo|no consta nada|cabeza del diario"
    r"|autoriza la atención|sus derechos y cómo usarlos|lo que se dijo:"
    # A person as the object of "le", which half of Colombia reads as a mistake.
    r"|\ble orientamos|\batenderle\b|\bremitirle\b|\breconocerle\b|\ble atendió|\ble trató"
    r"|orientación para la regularización|extemporáneo|expedición o duplicado|listado censal",
    re.IGNORECASE,
)
# The text of 2017 stays as it was read then; the point has the name that it got in 2017.
KEPT_VERSION = "2017-08"
OFFICIAL_NAME = "Punto de Atención al Venezolano y al Colombiano Retornado"


def list_catalogues() -> list[Path]:
    """The Spanish catalogues of all rooms."""
    return sorted(paths.PACKAGE_FOLDER.rglob("es.po"))


def list_data_files() -> list[Path]:
    """The files of data whose words people read."""
    return sorted(path for path in paths.PACKAGE_FOLDER.rglob("data/*.yaml"))


def collect_texts(value: object) -> list[str]:
    """Every text of a parsed file, without the consent text that is kept as it was."""
    if isinstance(value, dict):
        if value.get("version") == KEPT_VERSION:
            return []
        return [text for item in value.values() for text in collect_texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in collect_texts(item)]
    return [value.replace(OFFICIAL_NAME, "")] if isinstance(value, str) else []


def test_the_catalogues_are_found() -> None:
    assert len(list_catalogues()) > 10
    assert len(list_data_files()) > 10


@pytest.mark.parametrize("path", list_catalogues(), ids=lambda path: path.parent.name)
def test_no_catalogue_says_an_old_word(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace('"\n"', "")
    spanish = [line for line in text.splitlines() if line.startswith("msgstr")]
    assert [line for line in spanish if OLD_WORDS.search(line)] == []


@pytest.mark.parametrize("path", list_data_files(), ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_no_data_file_says_an_old_word(path: Path) -> None:
    texts = collect_texts(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert [text for text in texts if OLD_WORDS.search(text)] == []


@pytest.mark.parametrize(
    ("list_name", "code", "words"),
    [
        ("population", "migrant", "Persona migrante de Venezuela"),
        ("population", "returnee", "Persona colombiana retornada"),
        ("intention", "return", "Volver a Venezuela"),
        ("vulnerabilities", "lactating", "En lactancia"),
        ("vulnerabilities", "pregnant", "Embarazada"),
        ("vulnerabilities", "unaccompanied_child", "Niña, niño o adolescente sin acompañante"),
        ("accompanied_by", "guardian", "Quien tiene la custodia"),
        ("accompanied_by", "other_relative", "Otro familiar"),
    ],
)
def test_the_lists_speak_as_people_do(list_name: str, code: str, words: str) -> None:
    assert get_code_list(list_name).label_for_code(code, "es") == words
