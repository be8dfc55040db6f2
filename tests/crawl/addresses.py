"""The addresses of an application: which rule each belongs to, and what has stood in a rule's parameters."""

import re
from collections.abc import Collection, Mapping
from itertools import islice, product

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, RequestRedirect, Rule

from attention_point.foundation.access import find_access_rule
from tests.access.permissions_page import ANYONE, list_admitted

PARAMETER = re.compile(r"<(?:(?P<kind>[^:<>]+):)?(?P<name>[^<>]+)>")
RECORDS, AROUND, QUERIES = 4, 1, 2
"""How many addresses of one rule are opened: of records; of what stands around a record (its form, its history); with
the same names in the query. The pages of the others are made of the same parts."""


class AddressBook:
    """Learns from each address that a page shows what may stand in the parameters of the rules."""

    def __init__(self, app: Flask, ids: Collection[str]) -> None:
        """``ids`` are those of the rows of the database, for parameters of which no page showed a value."""
        self._views = app.view_functions
        self._adapter = app.url_map.bind("localhost")
        self._ids = ids
        self._values: dict[str, dict[str, None]] = {}
        self.rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]

    def rule_of(self, path: str, method: str = "GET") -> Rule | None:
        """The rule that a path belongs to; None where the application has none for that method."""
        try:
            return self._adapter.match(path, method=method, return_rule=True)[0]
        except RequestRedirect as redirect:
            return self.rule_of(redirect.new_url.partition("localhost")[2].partition("?")[0], method)
        except HTTPException:
            return None

    def allows(self, who: str, rule: Rule) -> bool:
        """Whether the rule's view lets somebody in."""
        return bool({who, ANYONE} & set(list_admitted(find_access_rule(self._views[rule.endpoint]))))

    def learn(self, path: str) -> None:
        """Remember what stands in an address, under the rule's beginning up to there and under the parameter's name."""
        try:
            rule, values = self._adapter.match(path, method="GET", return_rule=True)
        except HTTPException:
            return
        for found in PARAMETER.finditer(rule.rule):
            for key in (rule.rule[: found.end()], found["name"]):
                self._values.setdefault(key, {})[str(values[found["name"]])] = None

    def fill(self, rule: Rule, most: int) -> list[str]:
        """Addresses of a rule, made of what stood in other addresses, else of ids of the database or of nothing."""
        parameters = list(PARAMETER.finditer(rule.rule))
        choices = [self._choices(rule.rule[: found.end()], found) for found in parameters]
        several = [
            self._build(rule, {found["name"]: value for found, value in zip(parameters, values, strict=True)})
            for values in islice(product(*choices), most)
        ]
        return [address for address in several if address]

    def _build(self, rule: Rule, values: Mapping[str, str]) -> str | None:
        try:
            address = self._adapter.build(rule.endpoint, dict(values))
        except (BuildError, ValueError):
            return None
        return address if self.rule_of(address) is rule else None

    def bound(self, rule: Rule | None, names: Collection[str]) -> int:
        """How many addresses of a rule are opened whose query has these names."""
        if names:
            return QUERIES
        return RECORDS if rule is None or rule.rule.endswith(">") else AROUND

    def _choices(self, beginning: str, found: re.Match[str]) -> list[str]:
        kind = found["kind"] or "string"
        shown = self._values.get(beginning) or self._values.get(found["name"])
        if shown and not (kind.startswith("string(length") and beginning not in self._values):
            return list(shown)
        if kind == "uuid":
            return list(self._ids)
        length = re.search(r"length=(\d+)", kind)
        return ["1" if kind.startswith("int") else "0" * min(int(length[1]), 20) if length else "none-such"]
