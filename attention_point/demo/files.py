"""The data of invented people, each file of ``data/`` read once, and draws from its weights."""

import random
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

Choice = TypeVar("Choice")


@cache
def read_data(name: str) -> dict[str, Any]:
    """The content of ``data/<name>.yaml``."""
    path = Path(__file__).parent / "data" / f"{name}.yaml"
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def draw(chance: random.Random, weights: Mapping[Choice, float]) -> Choice:
    """One of the keys, by its weight."""
    return chance.choices(list(weights), list(weights.values()))[0]
