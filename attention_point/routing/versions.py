"""The version of a rule set: a short digest of the program's rules and of the services and offers of a directory.

The same rules over the same services always have the same version, on every machine and in every process, whether the
directory is stored, read from a file or only edited on a page. ``bench`` numbers versions and keeps their history.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from attention_point import conditions
from attention_point.directory.snapshot import Directory

# The key of the program's own rules among the parts. Codes of services are in capitals.
PROGRAM_PART = "program"
VERSION_DIGITS = 12
_PART_DIGITS = 16
# Modules beside the rules that decide nothing about a route.
_OTHER_MODULES = frozenset({"__init__", "commands", "feature", "queries", "questions", "versions"})
# Who wrote a row and how often: nothing that decides a route or is said to anybody.
_BOOKKEEPING = frozenset({"origin", "version", "clock"})


def compute_rule_set_version(directory: Directory) -> str:
    """The version of the rules over this directory: 12 hexadecimal digits."""
    return combine_parts(list_rule_set_parts(directory))


def combine_parts(parts: Mapping[str, str]) -> str:
    """The version of a rule set of these parts."""
    return _compute_digest(parts)[:VERSION_DIGITS]


def list_rule_set_parts(directory: Directory) -> dict[str, str]:
    """The digest of each service with its offers, by code, and of the program's rules under ``PROGRAM_PART``.

    Two versions differ in the services whose digests differ.
    """
    offers: dict[str, list[Any]] = {}
    for offer in directory.offers:
        # With the days on which offer, service and entity are all in force, so that an entity that ends counts too.
        span = [offer.entity, offer.order, offer.valid_from, offer.valid_to]
        offers.setdefault(offer.service, []).append(_simplify_value(span))
    parts = {
        code: _compute_digest([_simplify_value(service), offers.get(code, [])])[:_PART_DIGITS]
        for code, service in directory.services.items()
    }
    return {**parts, PROGRAM_PART: _digest_program()}


@cache
def _digest_program() -> str:
    # The text of the modules: what a function decides cannot be told from its name.
    modules = [*sorted(Path(__file__).parent.glob("*.py")), Path(conditions.__file__)]
    texts = [module.read_text(encoding="utf-8") for module in modules if module.stem not in _OTHER_MODULES]
    return _compute_digest(texts)[:_PART_DIGITS]


def _compute_digest(value: Any) -> str:
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _simplify_value(value: Any) -> Any:
    """The value out of lists, mappings, texts and numbers alone."""
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value) if field.name not in _BOOKKEEPING]
        return {name: _simplify_value(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): _simplify_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_simplify_value(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(str(item) for item in value)
    return value.isoformat() if isinstance(value, date) else value
