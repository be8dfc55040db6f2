"""The whole of who may do what. Nothing else grants anything; ``docs/permissions.md`` is made from this page."""

DESK = frozenset(
    {
        "account.own",
        "desk.use",
        "people.search",
        "people.view",
        "visits.record",
        "visits.view",
        "referrals.view",
        "referrals.manage",
        "directory.view",
    }
)
ROLES: dict[str, frozenset[str]] = {
    # Receives people at the desk.
    "agent": DESK,
    # Answers for one partner entity; sees that entity's referrals and the fields that the service declares.
    "entity": frozenset({"account.own", "portal.use", "directory.view"}),
    # Keeps the directory and the figures; sees no person.
    "office": frozenset({"account.own", "directory.view", "directory.edit", "statistics.view", "statistics.export"}),
    # Leads the desk; alone sees restricted records, with a reason.
    "supervisor": DESK | {"restricted.view", "directory.edit", "statistics.view", "statistics.export"},
    # Reads the journal; sees no person.
    "auditor": frozenset({"account.own", "journal.view", "directory.view", "statistics.view"}),
    # Keeps accounts and tokens; sees no person.
    "admin": frozenset(
        {
            "account.own",
            "accounts.manage",
            "directory.view",
            "directory.edit",
            "journal.view",
            "statistics.view",
        }
    ),
}

SCOPES: dict[str, frozenset[str]] = {
    "intake": frozenset({"visits.record", "visits.view", "people.search", "people.view"}),
    "referrals": frozenset({"portal.use"}),
    "statistics": frozenset({"statistics.view"}),
}


def permissions_of(role: str) -> frozenset[str]:
    """A role's permissions; none for a role that does not exist."""
    return ROLES.get(role, frozenset())
