"""The whole of who may do what. Nothing else grants anything; ``docs/permissions.md`` is made from this page."""

from pathlib import Path
from pkgutil import iter_modules

DESK = frozenset(
    {
        "account.own",
        "desk.use",
        "people.search",
        "people.view",
        "people.compare",
        "visits.record",
        "visits.view",
        "slips.open",
        "referrals.view",
        "referrals.manage",
        "directory.view",
    }
)
_PACKAGES = iter_modules([str(Path(__file__).parents[2] / "registers")])
REGISTERS = ("organisations", *(each.name for each in _PACKAGES if each.ispkg and each.name != "shared"))
"""The office's registers: the packages that stand there, and their one list of organisations. Each has its own
permissions, so that one can be taken from a role without the others."""


def _registers(*actions: str) -> frozenset[str]:
    return frozenset(f"{register}.{action}" for register in REGISTERS for action in actions)


ROLES: dict[str, frozenset[str]] = {
    # Receives people at the desk.
    "agent": DESK,
    # Answers for one partner entity; sees that entity's referrals and the fields that the service declares.
    "entity": frozenset({"account.own", "portal.use", "slips.open", "directory.view"}),
    # Keeps the directory, the figures and the office's registers; sees no person.
    "office": frozenset({"account.own", "directory.view", "directory.edit"})
    | {"statistics.view", "statistics.export", "statistics.extract", "statistics.release"}
    | _registers("view", "edit", "export"),
    # Leads the desk; alone sees restricted records, with a reason; sees who saw a person.
    "supervisor": DESK
    | {"restricted.view", "journal.person"}
    | {"directory.edit", "statistics.view", "statistics.export", "statistics.extract"}
    | {"statistics.release"}
    | _registers("view", "export"),
    # Reads the journal; sees no person.
    "auditor": frozenset({"account.own", "journal.view", "journal.person", "directory.view", "statistics.view"})
    | _registers("view"),
    # Keeps accounts and tokens; sees no person.
    "admin": frozenset(
        {
            "account.own",
            "accounts.manage",
            "directory.view",
            "directory.edit",
            "journal.view",
            "journal.person",
            "statistics.view",
        }
    )
    | _registers("view"),
}

SCOPES: dict[str, frozenset[str]] = {
    "intake": frozenset({"visits.record", "visits.view", "people.search", "people.view"}),
    "referrals": frozenset({"portal.use"}),
    "statistics": frozenset({"statistics.view"}),
}


def permissions_of(role: str) -> frozenset[str]:
    """A role's permissions; none for a role that does not exist."""
    return ROLES.get(role, frozenset())
