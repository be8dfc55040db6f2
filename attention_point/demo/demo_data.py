"""The data from which people are invented: each file of ``data/`` is read once; draws follow its weights."""

import random
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

Choice = TypeVar("Choice")


@cache
def load_data_file(name: str) -> dict[str, Any]:
    """The content of ``data/<name>.yaml``."""
    # Every invented visit asks for it, and YAML is slow to parse: hence the cache.
    path = Path(__file__).parent / "data" / f"{name}.yaml"
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def choose_by_weight(rng: random.Random, weights: Mapping[Choice, float]) -> Choice:
    """Draw one of the keys; a key with twice the weight comes twice as often."""
    return rng.choices(list(weights), list(weights.values()))[0]
