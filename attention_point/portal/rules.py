"""What an entity may see of a person: the fields that the service of its referral declares, and never more."""

from collections.abc import Mapping
from typing import Any

# Those declared fields that stand in the visit; all others stand in the person.
VISIT_FIELDS = frozenset({"household", "vulnerabilities", "notes"})

# An entity that serves another need must not learn of them (DOMAIN M2).
SENSITIVE_SITUATIONS = frozenset({"gender_violence", "trafficking"})


def withhold_unsafe_phone(person_values: Mapping[str, Any], *, mandatory: bool) -> dict[str, Any]:
    """The person's values without a telephone that is not safe to call; that it is not safe stays, to be told.

    A mandatory path protects a child, so that the number stays in sight beside the warning.
    """
    is_hidden = person_values.get("phone_safe") == "no" and not mandatory
    return {name: value for name, value in person_values.items() if not (is_hidden and name == "phone")}


def select_visit_values(visit_record: Mapping[str, Any], fields: frozenset[str], *, restricted: bool) -> dict[str, Any]:
    """The declared fields that stand in the visit. Only restricted referrals show violence and trafficking."""
    visible_values = {name: visit_record[name] for name in sorted(fields & VISIT_FIELDS) if visit_record.get(name)}
    if not restricted and "vulnerabilities" in visible_values:
        visible_values["vulnerabilities"] = [
            situation for situation in visible_values["vulnerabilities"] if situation not in SENSITIVE_SITUATIONS
        ]
    return {name: value for name, value in visible_values.items() if value}
