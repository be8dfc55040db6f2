"""Every command of the command line, for tests that look at all of them."""

from collections.abc import Iterable, Iterator

import click

from attention_point.command_line import COMMANDS


def list_root_commands() -> list[click.Command]:
    """What stands directly below ``attention-point``, each loaded from its room."""
    return [command.load() for command in COMMANDS]


def walk_commands(
    commands: Iterable[click.Command] | None = None, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each command with the words that call it; no group. Begins at the root unless told where."""
    for command in list_root_commands() if commands is None else commands:
        words_of_command = (*words, command.name or "")
        if isinstance(command, click.Group):
            yield from walk_commands(command.commands.values(), words_of_command)
        else:
            yield words_of_command, command
