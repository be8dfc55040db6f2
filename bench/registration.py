"""The measured side: the product itself, everything on, on a fresh SQLite instance, as ``serve`` runs it."""

import os
import subprocess
import sys
from pathlib import Path

from flask import Flask

from attention_point.app import create_app, keep_loaded, log_to_stderr
from attention_point.foundation.settings import from_environment
from attention_point.intake import counting
from attention_point.tallies import services as tallies

COMMAND = Path(sys.executable).with_name("attention-point")


def _environment(folder: Path) -> dict[str, str]:
    return {"ATTENTION_POINT_INSTANCE": str(folder / "instance")}


def prepare(folder: Path) -> str:
    """Make the instance by its own commands; returns a token of scope ``intake``."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ATTENTION_POINT_")}
    printed = ""
    for arguments in (["init"], ["token", "add", "bench", "--scope", "intake"]):
        done = subprocess.run(
            [COMMAND, *arguments], env=clean | _environment(folder), check=True, capture_output=True, text=True
        )
        printed = done.stdout
    return printed.split()[-1]


def registration(folder: Path) -> Flask:
    """The application as ``serve`` makes it, its log lines on."""
    log_to_stderr()
    made = create_app(from_environment(_environment(folder)))
    keep_loaded()
    return made


def uncounted(folder: Path) -> Flask:
    """The same application; a registration neither works out nor writes its cells."""
    for module, name, instead in ((counting, "cells", lambda *_: []), (tallies, "add", lambda *_: None)):
        if not callable(getattr(module, name)):
            raise TypeError(f"{module.__name__}.{name} is no longer what counts")
        setattr(module, name, instead)
    return registration(folder)
