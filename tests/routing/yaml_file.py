"""Reading a YAML file in a test."""

from pathlib import Path
from typing import Any

import yaml


def load_yaml(path: Path) -> Any:
    """The file's document."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))
