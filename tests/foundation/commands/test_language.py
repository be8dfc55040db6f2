"""The command line speaks the terminal's language: its help, its usage, click's errors and our sentences alike."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from attention_point.command_line import main
from attention_point.foundation import clock
from attention_point.foundation.command_language import detect_terminal_language
from attention_point.foundation.language import gettext as _


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "es"),
        ({"LANG": "C"}, "es"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "en"}, "es"),
        ({"LANG": "POSIX"}, "es"),
        ({"LANG": "es_CO.UTF-8"}, "es"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en"}, "en"),
        ({"LANG": "es_CO.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "en_GB.UTF-8", "LC_ALL": "es_VE@latin"}, "es"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": ""}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:es_CO:en"}, "es"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "pt_BR:en"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "es"),
    ],
)
def test_the_terminal_s_language(environment: dict[str, str], language: str) -> None:
    assert detect_terminal_language(environment) == language


def run(language: str, instance: Path, *words: str) -> tuple[int, str]:
    """A process of its own, as from a shell: its status and all that it says."""
    environment = {**os.environ, "LANG": language, "ATTENTION_POINT_INSTANCE": str(instance)}
    command = [sys.executable, "-m", "tests.foundation.commands.limited", "1024", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("language", "words", "status", "said"),
    [
        ("C", ["serve", "--help"], 0, ["Uso:", "Sirve las páginas", "por defecto: 8000", "Muestra esta ayuda"]),
        ("en_US.UTF-8", ["serve", "--help"], 0, ["Usage:", "Serve the pages", "default: 8000", "Show this message"]),
    ],
)
def test_a_process_speaks_it(tmp_path: Path, language: str, words: list[str], status: int, said: list[str]) -> None:
    done = run(language, tmp_path, *words)
    assert done[0] == status
    assert [text for text in said if text not in done[1]] == []


@pytest.mark.parametrize(
    ("language", "words", "status", "said"),
    [
        ("C", ["routing", "check", "none.yaml"], 2, ["Uso:", "Error: Valor incorrecto", "No existe: Archivo"]),
        ("en_US.UTF-8", ["routing", "check", "none.yaml"], 2, ["Usage:", "File 'none.yaml' does not exist."]),
        ("C", ["doctors"], 2, ["No existe el comando 'doctors'."]),
        ("en_US.UTF-8", ["doctors"], 2, ["No such command 'doctors'."]),
        ("C", ["serve", "--port", "x"], 2, ["'x' no es correcto: se espera número entero."]),
        ("C", ["user", "list"], 1, ["no hay llavero"]),
        ("en_US.UTF-8", ["user", "list"], 1, ["there is no keyring"]),
    ],
)
def test_usage_errors_and_refusals_speak_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, words: list[str], status: int, said: list[str]
) -> None:
    monkeypatch.setenv("ATTENTION_POINT_INSTANCE", str(tmp_path))
    monkeypatch.setenv("LANG", language)
    done = CliRunner().invoke(main, words)
    assert done.exit_code == status
    assert [text for text in said if text not in done.output] == []


def test_another_command_in_the_same_process_speaks_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    said = []
    for language in ("en_US.UTF-8", "es_CO.UTF-8", "en_US.UTF-8"):
        monkeypatch.setenv("LANG", language)
        said.append(CliRunner().invoke(main, ["journal", "head", "--help"]).output)
    assert "Print the last entry's number and hash." in said[0]
    assert "Muestra el número y la huella de la última entrada." in said[1]
    assert "Print the last entry's number and hash." in said[2]
    assert "LANGUAGE" not in os.environ
    assert _("Yes") == "Sí"


def test_a_paper_is_spanish_from_any_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same month, exported from an English and from a Spanish terminal, gives the same bytes."""
    monkeypatch.setenv("ATTENTION_POINT_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.delenv("ATTENTION_POINT_DATABASE_URL", raising=False)
    assert CliRunner().invoke(main, ["init"]).exit_code == 0
    papers = []
    for language in ("en_US.UTF-8", "es_CO.UTF-8"):
        monkeypatch.setenv("LANG", language)
        output = tmp_path / language
        words = ["statistics", "export", "2017-09", "--format", "xlsx", "--output", str(output)]
        with clock.override_now(datetime(2017, 10, 2, 12, tzinfo=UTC)):  # the moment of the export stands in it
            done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
        papers.append(output.read_bytes())
    assert papers[0] == papers[1]
