"""The policy: who may do what. Nothing else grants anything; ``docs/permissions.md`` is made from this page."""

from pathlib import Path
from pkgutil import iter_modules

DESK_PERMISSIONS = frozenset(
    {
        "account.own",
        "desk.use",
        "people.search",
        "people.view",
        "people.compare",
        "people.correct",
        "visits.record",
        "visits.view",
        # What oneself recorded, on the same day.
        "visits.correct",
        # What oneself wrote down without network, where it waits for a person.
        "captures.review",
        "slips.open",
        "referrals.view",
        "referrals.manage",
        # Files what somebody asks about their data; whoever decides opens all of it.
        "rights.receive",
        "directory.view",
        "turns.give",
        "turns.call",
    }
)
_REGISTER_PACKAGES = iter_modules([str(Path(__file__).parents[2] / "registers")])
REGISTERS = (
    "organisations",
    *(package.name for package in _REGISTER_PACKAGES if package.ispkg and package.name != "shared"),
)
"""The office's registers: their packages, and their common list of organisations. Each register has permissions of its
own, so that a role can lose one register without the others."""


def _build_register_permissions(*actions: str) -> frozenset[str]:
    return frozenset(f"{register}.{action}" for register in REGISTERS for action in actions)


ROLES: dict[str, frozenset[str]] = {
    # The agent receives people at the desk.
    "agent": DESK_PERMISSIONS,
    # Answers for one partner entity. Sees that entity's referrals, and only the fields that the service declares.
    "entity": frozenset(
        {"account.own", "portal.use", "reasons.edit", "slips.open", "directory.view", "directory.propose"}
        | {"turns.call", "webhooks.manage"}
    ),
    # Keeps the directory, the figures and the office's registers. Sees no person.
    "office": frozenset({"account.own", "directory.view", "directory.edit", "reasons.edit", "turns.waits"})
    | {"webhooks.manage", "referrals.monitor", "rights.report"}
    # The cases by which a change of services is tried before it is published.
    | {"routing.view", "routing.edit"}
    | {"statistics.view", "statistics.export", "statistics.extract", "statistics.release"}
    # Exact figures for a partner, under decision 49: the office's alone.
    | {"statistics.operational_report"}
    | _build_register_permissions("view", "edit", "export"),
    # Leads the desk. Alone sees restricted records, and gives a reason; sees who saw a person; corrects whatever was
    # recorded, at any time; enrols tablets and screens.
    "supervisor": DESK_PERMISSIONS
    | {
        "restricted.view",
        # The first page: what waits for whoever leads the point.
        "tasks.view",
        # Erases somebody for good, because they asked for it or because an authority ordered it.
        "people.erase",
        # As the second person who gives an account back to its owner.
        "accounts.confirm_way_back",
        "referrals.escalations",
        "referrals.monitor",
        "journal.person",
        # Looks at why others opened files.
        "openings.review",
        "visits.correct_any",
        # Sets a pair of possible duplicates aside again and again.
        "people.compare_any",
        "captures.review_any",
        # Answers requests about data, hands over a person’s own export, erases.
        "rights.decide",
        "rights.report",
        "incidents.manage",
        "devices.manage",
    }
    | {"turns.configure", "turns.waits"}
    | {"directory.edit", "statistics.view", "statistics.export", "statistics.extract"}
    | {"statistics.release", "routing.view"}
    | _build_register_permissions("view", "export"),
    # Reads the journal. Sees no person.
    "auditor": frozenset(
        {"account.own", "journal.view", "journal.person", "directory.view", "statistics.view", "rights.report"}
    )
    | {"openings.review"}
    | _build_register_permissions("view"),
    # Keeps accounts and tokens. Sees no person.
    "admin": frozenset(
        {
            "account.own",
            "accounts.manage",
            "accounts.confirm_way_back",
            "system.view",
            "devices.manage",
            "incidents.manage",
            "directory.view",
            "directory.edit",
            "journal.view",
            "journal.person",
            "openings.review",
            "routing.view",
            "routing.edit",
            "statistics.view",
            "turns.configure",
            "turns.waits",
            "webhooks.manage",
        }
    )
    | _build_register_permissions("view"),
}

SCOPES: dict[str, frozenset[str]] = {
    "intake": frozenset(
        {"visits.record", "visits.view", "visits.correct", "people.search", "people.view", "people.correct"}
    ),
    "referrals": frozenset({"portal.use"}),
    "statistics": frozenset({"statistics.view"}),
    # Gives and calls turns for the room's own devices and programs.
    "turns": frozenset({"turns.give", "turns.call"}),
}

# What an enrolled device may ask for, by its kind. A tablet of the desk can also stand in for a kiosk or a screen that
# broke; a kiosk, which is in everybody's hands, and a screen do their own work alone.
DEVICE_KINDS: dict[str, frozenset[str]] = {
    "tablet": frozenset({"outbox.send", "kiosk.use", "screen.show"}),
    "kiosk": frozenset({"outbox.send", "kiosk.use"}),
    "screen": frozenset({"screen.show"}),
}


def get_permissions(role: str) -> frozenset[str]:
    """Return a role's permissions; none for a role that does not exist."""
    return ROLES.get(role, frozenset())
