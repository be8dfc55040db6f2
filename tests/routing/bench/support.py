"""Rule sets of the directory's own files, and of changed copies of them."""

from dataclasses import replace
from functools import cache
from typing import Any

from attention_point.directory.snapshot import Directory
from attention_point.routing.bench.rule_sets import RuleSet, build_rule_set
from tests.routing.directory_data import directory


@cache
def shipped_rules() -> RuleSet:
    """The rule set that an installation starts with."""
    return build_rule_set(directory())


def change_service(code: str, **columns: Any) -> Directory:
    """The shipped directory with other values in one service."""
    services = {**directory().services, code: replace(directory().services[code], **columns)}
    return replace(directory(), services=services)
