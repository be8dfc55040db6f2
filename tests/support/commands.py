"""Every command of the command line, for tests that look at all of them."""

from collections.abc import Iterator

import click

from attention_point.app import main


def walk_commands(
    command: click.Command = main, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each command with the words that call it; no group."""
    if isinstance(command, click.Group):
        for name, subcommand in command.commands.items():
            yield from walk_commands(subcommand, (*words, name))
    else:
        yield words, command
