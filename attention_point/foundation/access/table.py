"""``docs/permissions.md``, made from the policy: a test holds the file to it."""

from collections.abc import Mapping

from attention_point.foundation.access.policy import ROLES, SCOPES

_HEAD = """# Permissions

Made from `attention_point/foundation/access/policy.py`, which alone grants anything; a test compares the two.
"""


def permissions_page() -> str:
    """The page: a table of roles and one of scopes, a permission a line."""
    parts = [_HEAD, "## Roles of people\n", _table(ROLES), "\n## Scopes of programs' tokens\n", _table(SCOPES)]
    return "\n".join(parts) + "\n"


def _table(granted: Mapping[str, frozenset[str]]) -> str:
    lines = [["Permission", *granted], ["---", *(":-:" for _name in granted)]]
    for permission in sorted(frozenset().union(*granted.values())):
        lines.append([f"`{permission}`", *("yes" if permission in held else "" for held in granted.values())])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
