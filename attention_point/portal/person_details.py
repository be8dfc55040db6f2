"""The disclosed fields of a person as labels and texts, for the page of one referral."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import ngettext
from attention_point.intake.form.person_summary import describe_household, describe_person, label_codes
from attention_point.people import records as people_records


def list_person_details(person: Mapping[str, Any], day: date) -> list[tuple[str, str]]:
    """The disclosed fields as labels and texts, for a summary list. Ages are those of the day of the attention."""
    full_name = people_records.format_full_name(person)
    details = [(_("Name"), full_name)] if full_name else []
    # With the birth date the age would be said twice.
    if "age" in person and "birth_date" not in person:
        details.append((_("Age on the day of the attention"), ngettext("%(num)s year", "%(num)s years", person["age"])))
    details += describe_person(person, day)
    details += describe_household(person.get("household", {}))
    if person.get("vulnerabilities"):
        situations = label_codes("vulnerabilities", person["vulnerabilities"])
        details.append((_("Situations to take into account"), situations))
    if person.get("notes"):
        details.append((_("Notes"), person["notes"]))
    return details
