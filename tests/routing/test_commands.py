"""``routing check FILE``: exit status, and what it says where."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attention_point.foundation import paths
from attention_point.foundation.commands import refusals
from attention_point.foundation.language import use
from attention_point.routing import commands
from tests.routing import directory_data


@pytest.fixture(autouse=True)
def directory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory's files stand in for an installation's database."""

    @contextmanager
    def reading() -> Iterator[None]:
        with refusals():
            yield

    monkeypatch.setattr(commands, "reading", reading)
    monkeypatch.setattr(commands, "offers", lambda _session: directory_data.offers())


def check(path: Path) -> Result:
    use("en")
    return CliRunner().invoke(commands.routing_commands, ["check", str(path)])


def test_the_projects_own_cases_agree() -> None:
    result = check(paths.PACKAGE / "routing" / "data" / "cases.yaml")
    assert result.exit_code == 0
    assert result.stdout.endswith("cases agree with the rules\n")
    assert result.stderr == ""


def test_a_difference_is_on_stderr(tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text("cases: [{id: a, date: 2017-08-09, situation: {needs: [EDU], age: 30}, suggestions: []}]")
    result = check(path)
    assert result.exit_code == 1
    assert result.stderr == "a: services: expected [], found [EDU]\n"
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"cases: [", "bad.yaml cannot be read as YAML text."),
        (b"\xff\xfe\x00", "bad.yaml cannot be read as YAML text."),
        (b"cases: [{date: 2017-99-99}]", "bad.yaml cannot be read as YAML text."),
        (b"[" * 100_000, "bad.yaml cannot be read as YAML text."),
        (b"", "The file needs a list named cases, with at least one case."),
    ],
    ids=["broken", "not text", "impossible date", "too deep", "empty"],
)
def test_a_bad_file_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    result = check(path)
    assert (result.exit_code, result.stderr) == (1, sentence + "\n")


def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    result = check(tmp_path / "none.yaml")
    assert result.exit_code == 2
    assert "none.yaml" in result.stderr
