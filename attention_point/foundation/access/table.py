"""``docs/permissions.md``, made from the policy and the views' own rules: a test holds file and views to it."""

from collections.abc import Iterable, Mapping

from flask import Flask

from attention_point.foundation.access.guards import Access, access_of
from attention_point.foundation.access.policy import ROLES, SCOPES

ANYONE = "anyone"
NOBODY = "nobody"

_HEAD = """# Permissions

Made from `attention_point/foundation/access/policy.py`, which alone grants anything, and from the rule that each view
declares. A test compares this page with both, and calls every address as everybody. To write it again:
`.venv/bin/python -m tests.access.page`.
"""
_ROUTES = """
## Addresses

Who is let in. What they then see of a record is decided by the room: a restricted one is not there for most.
"""
Route = tuple[str, str, Access | None]
"""An address, one of its methods, and its view's rule."""


def routes_of(app: Flask) -> list[Route]:
    """Every address of an application with each of its methods, in order."""
    return sorted(
        (
            (rule.rule, method, access_of(app.view_functions[rule.endpoint]))
            for rule in app.url_map.iter_rules()
            for method in rule.methods or ()
        ),
        key=lambda route: route[:2],
    )


def let_in(access: Access | None) -> tuple[str, ...]:
    """Who passes a rule: roles, ``token: scope``, anyone; nobody where no rule stands."""
    if access is None:
        return (NOBODY,)
    if access.public:
        return (ANYONE,)
    if access.scope:
        return (f"token: {access.scope}",)
    return tuple(role for role, held in ROLES.items() if access.permission in held)


def permissions_page(routes: Iterable[Route]) -> str:
    """The page: a table of roles and one of scopes, a permission a line; a table of addresses."""
    parts = [_HEAD, "## Roles of people\n", _granted(ROLES), "\n## Scopes of programs' tokens\n", _granted(SCOPES)]
    return "\n".join([*parts, _ROUTES, _addresses(routes)]) + "\n"


def _granted(granted: Mapping[str, frozenset[str]]) -> str:
    lines = [["Permission", *granted], ["---", *(":-:" for _name in granted)]]
    for permission in sorted(frozenset().union(*granted.values())):
        lines.append([f"`{permission}`", *("yes" if permission in held else "" for held in granted.values())])
    return _table(lines)


def _addresses(routes: Iterable[Route]) -> str:
    methods: dict[tuple[str, Access | None], list[str]] = {}
    for address, method, access in routes:
        methods.setdefault((address, access), []).append(method)
    lines = [["Address", "Methods", "Rule", "Let in"], ["---"] * 4]
    for (address, access), several in methods.items():
        lines.append([f"`{address}`", ", ".join(several), _rule(access), ", ".join(let_in(access))])
    return _table(lines)


def _rule(access: Access | None) -> str:
    if access is None:
        return "none"
    if access.public:
        return "public"
    return f"scope `{access.scope}`" if access.scope else f"`{access.permission}`"


def _table(lines: Iterable[Iterable[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
