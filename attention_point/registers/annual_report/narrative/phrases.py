"""Facts as parts of a sentence, in the language in use."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from babel.lists import format_list

from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import current_locale
from attention_point.registers.shared.schema.formatting import OrganisationNames, format_field_value, format_part_date
from attention_point.registers.shared.schema.schema import Field, Register

_Y_BEFORE_I = re.compile(r" y (?=h?[iíIÍ](?![aeo])[^ ]*(?: [^,]*)?$)")  # spanish: the letter before which "y" is "e"


def join_items(items: Iterable[str]) -> str:
    """Write several items in a row: "a, b and c"; with semicolons where an item holds a comma."""
    item_list = list(items)
    if any("," in item for item in item_list):
        return "; ".join(item_list)
    text = format_list(item_list, locale=current_locale())
    return _Y_BEFORE_I.sub(" e ", text) if current_language() == "es" else text


def format_when(partial_date: str) -> str:
    """Write when something happened: "on 30 July 2017", "in July 2017", "in 2017"."""
    date_text = format_part_date(partial_date)
    return _("on %(date)s", date=date_text) if len(partial_date) == 10 else _("in %(date)s", date=date_text)


def format_since(partial_date: str) -> str:
    """Write when something began: "since the day 30 July 2017", "since July 2017"."""
    # Spanish puts an article before a day ("desde el 30 de julio") and none before a month.
    message = N_("since the day %(date)s") if len(partial_date) == 10 else N_("since %(date)s")
    return _(message, date=format_part_date(partial_date))


def label_for_code(field: Field, code: str) -> str:
    """A code's words in the language in use."""
    return field.code_list.label_for_code(code, current_language())


def group_by_role(organisations: Iterable[Mapping[str, str]]) -> dict[str, list[Mapping[str, str]]]:
    """Group organisations by the code of their role; the roles keep the order in which the record names them."""
    groups: dict[str, list[Mapping[str, str]]] = {}
    for organisation in organisations:
        groups.setdefault(organisation.get("role", ""), []).append(organisation)
    return groups


def list_missing_labels(register: Register, data: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    """The labels of the fields that are blank in a record, as they stand within a sentence."""
    return [lower_first(_(register.get_field(key).label)) for key in keys if key not in data]


def lower_first(text: str) -> str:
    """A label as it stands within a sentence: only its first letter changes, because it may hold names."""
    return text[:1].lower() + text[1:]


def format_fact(register: Register, key: str, data: Mapping[str, Any], names: OrganisationNames) -> str:
    """A fact in one line; where the record lacks it, "not on record"."""
    # Reports say that a fact is lacking: an empty cell could also mean that there was nothing.
    return format_field_value(register.get_field(key), data.get(key), names) or _("not on record")


def rejoin_cut_items(items: Iterable[str]) -> list[str]:
    """Join again the items of a list that a spreadsheet's import cut at a comma within a quotation."""
    # An item with an odd number of quotation marks goes on in the next.
    joined_items: list[str] = []
    for item in items:
        if joined_items and joined_items[-1].count('"') % 2:
            joined_items[-1] += f", {item}"
        else:
            joined_items.append(item)
    return joined_items
