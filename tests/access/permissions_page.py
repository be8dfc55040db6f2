"""``docs/permissions.md``, made from the policy and the views' own rules: a test holds file and views to it."""

from collections.abc import Iterable, Mapping

from flask import Flask

from attention_point.foundation.access.guards import AccessRule, find_access_rule
from attention_point.foundation.access.policy import DEVICE_KINDS, ROLES, SCOPES

ANYONE = "anyone"
NOBODY = "nobody"

_PAGE_HEAD = """# Permissions

Made from `attention_point/foundation/access/policy.py`, which alone grants anything, and from the rule that each view
declares. A test compares this page with both, and calls every address as everybody. To write it again:
`.venv/bin/python -m tests.access.page`.
"""
_ROUTES_HEAD = """
## Addresses

Who is let in. What they then see of a record is decided by the room: a restricted one is not there for most.
"""
Route = tuple[str, str, AccessRule | None]
"""An address, one of its methods, and its view's rule."""


def list_routes(app: Flask) -> list[Route]:
    """Every address of an application with each of its methods, in order."""
    return sorted(
        (
            (rule.rule, method, find_access_rule(app.view_functions[rule.endpoint]))
            for rule in app.url_map.iter_rules()
            for method in rule.methods or ()
        ),
        key=lambda route: route[:2],
    )


def list_admitted(access_rule: AccessRule | None) -> tuple[str, ...]:
    """Who passes a rule: roles, ``token: scope``, anyone; nobody where no rule stands."""
    if access_rule is None:
        return (NOBODY,)
    if access_rule.public:
        return (ANYONE,)
    if access_rule.scope:
        return (f"token: {access_rule.scope}",)
    kinds = (f"device: {kind}" for kind, held in DEVICE_KINDS.items() if access_rule.device in held)
    return (*kinds, *(role for role, permissions in ROLES.items() if access_rule.permission in permissions))


def build_permissions_page(routes: Iterable[Route]) -> str:
    """The page: a table of roles and one of scopes, a permission a line; a table of addresses."""
    sections = [
        _PAGE_HEAD,
        "## Roles of people\n",
        _build_permission_table(ROLES),
        "\n## Scopes of programs' tokens\n",
        _build_permission_table(SCOPES),
        "\n## Kinds of enrolled devices\n",
        _build_permission_table(DEVICE_KINDS),
    ]
    return "\n".join([*sections, _ROUTES_HEAD, _build_address_table(routes)]) + "\n"


def _build_permission_table(permissions_by_holder: Mapping[str, frozenset[str]]) -> str:
    lines = [["Permission", *permissions_by_holder], ["---", *(":-:" for _holder in permissions_by_holder)]]
    for permission in sorted(frozenset().union(*permissions_by_holder.values())):
        lines.append(
            [
                f"`{permission}`",
                *("yes" if permission in permissions else "" for permissions in permissions_by_holder.values()),
            ]
        )
    return _format_table(lines)


def _build_address_table(routes: Iterable[Route]) -> str:
    methods: dict[tuple[str, AccessRule | None], list[str]] = {}
    for address, method, access_rule in routes:
        methods.setdefault((address, access_rule), []).append(method)
    lines = [["Address", "Methods", "Rule", "Let in"], ["---"] * 4]
    for (address, access_rule), address_methods in methods.items():
        lines.append(
            [
                f"`{address}`",
                ", ".join(address_methods),
                _describe_rule(access_rule),
                ", ".join(list_admitted(access_rule)),
            ]
        )
    return _format_table(lines)


def _describe_rule(access_rule: AccessRule | None) -> str:
    if access_rule is None:
        return "none"
    if access_rule.public:
        return "public"
    if access_rule.device:
        also = f" or `{access_rule.permission}`" if access_rule.permission else ""
        return f"device `{access_rule.device}`{also}"
    return f"scope `{access_rule.scope}`" if access_rule.scope else f"`{access_rule.permission}`"


def _format_table(lines: Iterable[Iterable[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
