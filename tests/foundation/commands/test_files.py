"""Commands that take a file: what is none is wrong usage everywhere, told in words, and nothing is done."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from attention_point.command_line import main
from attention_point.foundation import commands
from tests.support.commands import walk_commands

SHARED = (commands.FILE_TO_READ, commands.FILE_TO_WRITE, commands.FOLDER_TO_WRITE)


def files() -> Iterator[tuple[tuple[str, ...], click.Command, click.Parameter]]:
    """Each command's parameters that name a file or a folder."""
    for words, command in walk_commands():
        for parameter in command.params:
            if isinstance(parameter.type, click.Path | click.File):
                yield words, command, parameter


def arguments(command: click.Command, chosen: click.Parameter, path: Path) -> list[str]:
    """What a command asks for, with a path for the chosen parameter."""
    words = []
    for parameter in command.params:
        if parameter.required or parameter is chosen:
            words += parameter.opts[:1] if isinstance(parameter, click.Option) else []
            words.append(str(path) if parameter is chosen else value(parameter.type))
    return words


def value(kind: click.ParamType) -> str:
    if isinstance(kind, click.Choice):
        return str(kind.choices[0])
    return "2019" if isinstance(kind, click.IntRange) else __file__


def test_every_command_takes_files_in_one_way() -> None:
    taken = {(words, parameter.name): parameter.type for words, _command, parameter in files()}
    own = {at: kind for at, kind in taken.items() if kind not in SHARED}
    assert set(own) <= {(("journal", "export"), "target")}  # "-" is the screen there
    assert len(taken) > 5


@pytest.mark.parametrize("wrong", ["missing", "folder", "file"])
def test_a_wrong_file_is_wrong_usage(tmp_path: Path, wrong: str) -> None:
    """A missing file or a folder to read, a folder to write into as a file, a file as a folder."""
    folder, file, missing = tmp_path / "folder", tmp_path / "file", tmp_path / "missing"
    folder.mkdir()
    file.touch()
    path = {"missing": missing, "folder": folder, "file": file}[wrong]
    tried = 0
    for words, command, parameter in files():
        kind = parameter.type
        assert isinstance(kind, click.Path)
        fits = {"missing": not kind.exists, "folder": kind.dir_okay, "file": kind.file_okay}[wrong]
        if not fits:
            done = CliRunner().invoke(main, [*words, *arguments(command, parameter, path)], obj=None)
            assert done.exit_code == 2, (words, done.output)
            assert str(path) in done.stderr
            assert done.stdout == ""
            tried += 1
    assert tried
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
