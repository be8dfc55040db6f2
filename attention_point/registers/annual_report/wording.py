"""Facts as parts of a sentence, in the language in use."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from babel.lists import format_list

from attention_point.foundation.language import current
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.formats import locale
from attention_point.registers.shared.describe import Field, Register
from attention_point.registers.shared.wording import Names, date_words, words

_BEFORE_I = re.compile(r" y (?=h?[iíIÍ](?![aeo])[^ ]*(?: [^,]*)?$)")  # spanish: the letter before which "y" is "e"


def listed(items: Iterable[str]) -> str:
    """Several in a row: "a, b and c"; with semicolons where one holds a comma."""
    several = list(items)
    if any("," in each for each in several):
        return "; ".join(several)
    text = format_list(several, locale=locale())
    return _BEFORE_I.sub(" e ", text) if current() == "es" else text


def when(part: str) -> str:
    """A date or a part of one as of when something happened: "on 30 July 2017", "in July 2017"."""
    said = date_words(part)
    return _("on %(date)s", date=said) if len(part) == 10 else _("in %(date)s", date=said)


def since(part: str) -> str:
    """The same as of when something began."""
    said = date_words(part)
    return _("since the day %(date)s", date=said) if len(part) == 10 else _("since %(date)s", date=said)


def label(field: Field, code: str) -> str:
    """A code's words."""
    return field.list.label(code, current())


def organisations(field: Field, entries: Sequence[Mapping[str, str]], names: Names) -> str:
    """Organisations in a row, without their roles."""
    return listed(names.get(each["id"], "–") for each in entries)


def by_role(entries: Iterable[Mapping[str, str]]) -> dict[str, list[Mapping[str, str]]]:
    """Organisations by the part that they played, in the order in which these are met."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for each in entries:
        found.setdefault(each.get("role", ""), []).append(each)
    return found


def lacking(register: Register, data: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    """The labels of those fields of which a record says nothing, as they stand within a sentence."""
    names = [_(register.field(key).label) for key in keys if key not in data]
    return [name[:1].lower() + name[1:] for name in names]


def fact(register: Register, key: str, data: Mapping[str, Any], names: Names) -> str:
    """A fact in one line; where the record lacks it, that it is not known."""
    return words(register.field(key), data.get(key), names) or _("not on record")


def whole(entries: Iterable[str]) -> list[str]:
    """Entries of a list, put together again where a file's list was cut at a comma within a quotation."""
    found: list[str] = []
    for each in entries:
        if found and found[-1].count('"') % 2:
            found[-1] += f", {each}"
        else:
            found.append(each)
    return found
