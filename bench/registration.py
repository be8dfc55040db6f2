"""The measured side: the product itself, everything on, on a fresh SQLite instance, as ``serve`` runs it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from flask import Flask

from attention_point.app import configure_logging, create_app
from attention_point.foundation.settings import read_settings
from attention_point.intake import visit_facts
from attention_point.loading import freeze_loaded_objects
from attention_point.tallies import services as tally_services

COMMAND = Path(sys.executable).with_name("attention-point")
# What counts, and what stands in its place on the side without counting.
COUNTING: tuple[tuple[ModuleType, str, Callable[..., object]], ...] = (
    (visit_facts, "sum_visit_cells", lambda *_: {}),
    (tally_services, "add_to_tallies", lambda *_: None),
)
ORIGINAL_FUNCTIONS = {name: getattr(module, name) for module, name, _substitute in COUNTING}


def switch_counting(is_on: bool) -> None:
    """Let registrations of this process count, or not."""
    for module, name, substitute in COUNTING:
        setattr(module, name, ORIGINAL_FUNCTIONS[name] if is_on else substitute)


def build_environment(instance: Path) -> dict[str, str]:
    """This process's environment with the settings of one instance alone."""
    other = {name: value for name, value in os.environ.items() if not name.startswith("ATTENTION_POINT_")}
    return other | {"ATTENTION_POINT_INSTANCE": str(instance)}


def run_command(instance: Path, *words: str) -> str:
    """Run ``attention-point`` on an instance; returns what it prints."""
    environment = build_environment(instance)
    return subprocess.run([COMMAND, *words], env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def prepare_instance(folder: Path) -> str:
    """Make the instance by its own commands; returns a token of scope ``intake``."""
    run_command(folder / "instance", "init")
    return run_command(folder / "instance", "token", "add", "bench", "--scope", "intake").split()[-1]


def create_product(folder: Path) -> Flask:
    """The application as ``serve`` makes it, its log lines on."""
    configure_logging()
    app = create_app(read_settings({"ATTENTION_POINT_INSTANCE": str(folder / "instance")}))
    freeze_loaded_objects()
    return app


def create_uncounted_product(folder: Path) -> Flask:
    """The same application; a registration neither works out nor writes its cells."""
    switch_counting(is_on=False)
    return create_product(folder)
