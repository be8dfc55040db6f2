"""Raw values – typed, a cell, a file's YAML – to the facts that a record keeps; every complaint by its field."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from attention_point import texts
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid
from attention_point.registers.shared import describe, rules
from attention_point.registers.shared.codes import CURRENCIES, MARKS, code_of
from attention_point.registers.shared.describe import Field

REQUIRED = N_("This is required.")
CORRECT = N_("Nothing was saved: something needs correcting.")
LENGTHS = {describe.TEXT: 300, describe.LONG: 10_000, describe.URL: 500}
ENTRIES = 100
_URL = re.compile(r"https?://[^\s<>\"']+\.[^\s<>\"']+", re.IGNORECASE)
_YES = {"yes": True, "si": True, "x": True, "1": True, "true": True, "no": False, "0": False, "false": False}


class Wrong(Exception):  # noqa: N818 - a complaint, caught where its field is known
    """A value is of no use: a message id with its values, and the part of the field that it is about."""

    def __init__(self, message: str, part: str = "", **values: Any) -> None:
        super().__init__(message)
        self.message, self.part, self.values = message, part, values


class Several(Exception):  # noqa: N818
    """Complaints about the parts of one field."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__()
        self.errors = errors


def read(fields: Iterable[Field], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The facts, blank ones left out; organisations still by name. Raises Invalid naming every field that is wrong."""
    found, errors = check(tuple(fields), raw)
    if errors:
        raise Invalid(_(CORRECT), tuple(errors))
    return found


def check(fields: tuple[Field, ...], raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[FieldError]]:
    """The facts and the complaints, each by its dotted path."""
    known = {field.key for field in fields}
    unknown = [texts.show_unfit(str(key)) for key in raw if key not in known]
    errors = [FieldError(key, _("This field does not exist.")) for key in unknown]
    found: dict[str, Any] = {}
    for field in fields:
        try:
            value = None if is_blank(raw.get(field.key)) else _READERS[field.kind](field, raw[field.key])
            if is_blank(value) and field.required:
                raise Wrong(REQUIRED)
        except Wrong as wrong:
            errors.append(FieldError(f"{field.key}{wrong.part}", _(wrong.message, **wrong.values)))
        except Several as several:
            errors += [FieldError(f"{field.key}.{each.field}", each.message) for each in several.errors]
        else:
            if not is_blank(value):
                found[field.key] = value
    return found, errors


def is_blank(value: Any) -> bool:
    """Whether nothing was said; a group of blanks says nothing either. Zero and no are something."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_blank(each) for each in value.values())
    return value is None or value == [] or value == ()


def _text(field: Field, raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise Wrong(N_("This must be text."))
    try:
        text = texts.clean(_plain(raw), lines=True).replace("\t", " ")
    except texts.UnfitText:
        raise Wrong(texts.UNFIT) from None
    if field.kind != describe.LONG:
        text = " ".join(text.split())
    most = field.most or LENGTHS.get(field.kind, 300)
    if len(text) > most:
        raise Wrong(N_("At most %(max_length)s characters."), max_length=most)
    return text


def _plain(raw: Any) -> str:
    """A cell's number without the decimals that a spreadsheet adds."""
    return str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)


def _url(field: Field, raw: Any) -> str:
    text = _text(field, raw)
    if not _URL.fullmatch(text):
        raise Wrong(N_("Write an address that begins with http:// or https://."))
    return text


def _code(field: Field, raw: Any) -> str:
    code = code_of(field.list, _plain(raw)) if isinstance(raw, str | int | float) else None
    if code is None:
        raise Wrong(N_("Choose one of the list."))
    return code


def _codes(field: Field, raw: Any) -> list[str]:
    """In the list's order, so that two ways of choosing the same are the same."""
    chosen = {_code(field, each) for each in _several(field, raw)}
    return [each.code for each in field.list if each.code in chosen]


def _date(_field: Field, raw: Any) -> str:
    try:
        # A date and time of a spreadsheet is a date too.
        return rules.part_date(raw.isoformat()[:10] if isinstance(raw, date) else _plain(raw))
    except ValueError:
        raise Wrong(N_("Write a year, a month or a day: 2017, 03/2017 or 17/03/2017.")) from None


def _whole(raw: Any) -> int:
    try:
        if isinstance(raw, bool):
            raise ValueError
        return rules.whole(_plain(raw))
    except ValueError:
        raise Wrong(N_("This must be a whole number.")) from None


def _integer(field: Field, raw: Any) -> int:
    number = _whole(raw)
    if field.most and number > field.most:
        raise Wrong(N_("At most %(le)s."), le=field.most)
    return number


def _mark(raw: Any) -> dict[str, str]:
    if is_blank(raw):
        return {}
    code = code_of(MARKS, str(raw))
    if code is None:
        raise Wrong(N_("Choose one of the list."), ".mark")
    return {"mark": code}


def _count(_field: Field, raw: Any) -> dict[str, Any]:
    parts = raw if isinstance(raw, Mapping) else {"number": raw}
    if is_blank(parts.get("number")):
        raise Wrong(N_("This must be a whole number."), ".number")
    return {"number": _whole(parts["number"]), **_mark(parts.get("mark"))}


def _money(_field: Field, raw: Any) -> dict[str, Any] | None:
    parts = raw if isinstance(raw, Mapping) else {"amount": raw}
    if is_blank(parts.get("amount")):
        if is_blank(parts.get("mark")):
            return None  # a currency alone says nothing
        raise Wrong(N_("Write an amount, for example 1.814.249.000 or 12.500,50."), ".amount")
    currency = code_of(CURRENCIES, str(parts.get("currency") or "COP"))
    if currency is None:
        raise Wrong(N_("Choose one of the list."), ".currency")
    try:
        typed = re.sub(rf"^(\$|{currency})\s*|\s*{currency}$", "", _plain(parts["amount"]).strip())
        amount = rules.decimal(typed)
    except ValueError:
        raise Wrong(N_("Write an amount, for example 1.814.249.000 or 12.500,50."), ".amount") from None
    text = f"{amount:.2f}" if amount != int(amount) else str(int(amount))
    return {"amount": text, "currency": currency, **_mark(parts.get("mark"))}


def _share(_field: Field, raw: Any) -> str:
    try:
        percent = rules.decimal(_plain(raw).replace("%", ""))
    except ValueError:
        percent = rules.decimal("101")
    if percent > 100:
        raise Wrong(N_("Write a share from 0 to 100."))
    return f"{(percent / 100).normalize():f}"


def _organisations(field: Field, raw: Any) -> list[dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    name_field = Field("name", "", required=True)
    for place, each in enumerate(_several(field, raw)):
        parts = (
            each
            if isinstance(each, Mapping)
            else dict(zip(("name", "role"), rules.split(str(each), "|")[:2], strict=False))
        )
        if is_blank(parts.get("name")):
            continue
        try:
            name = _text(name_field, parts["name"])
            role = "" if is_blank(parts.get("role")) or field.codes is None else _code(field, parts["role"])
        except Wrong as wrong:
            raise Wrong(wrong.message, f".{place}{wrong.part}", **wrong.values) from None
        if not rules.folded(name):
            raise Wrong(N_("Write a name with letters or figures."), f".{place}.name")
        found.setdefault((rules.folded(name), role), {"name": name, **({"role": role} if role else {})})
    return list(found.values())


def _texts(field: Field, raw: Any) -> list[str]:
    line = Field("", "", most=2000 if field.kind == describe.TEXTS else 40)
    texts = [_text(line, each) for each in _several(field, raw) if not is_blank(each)]
    return list(dict.fromkeys(texts))


def _yes(_field: Field, raw: Any) -> bool | None:
    answer = raw if isinstance(raw, bool) else _YES.get(rules.folded(_plain(raw)))
    if answer is None:
        raise Wrong(N_("This must be yes or no."))
    return answer or None


def _rows(field: Field, raw: Any) -> list[dict[str, Any]]:
    found, errors = [], []
    for place, each in enumerate(_several(field, raw)):
        row = each if isinstance(each, Mapping) else _row_of(field, str(each))
        if is_blank(row):
            continue
        facts, wrong = check(field.fields, row)
        errors += [FieldError(f"{place}.{error.field}", error.message) for error in wrong]
        found.append(facts)
    if errors:
        raise Several(errors)
    return found


def _row_of(field: Field, cell: str) -> dict[str, Any]:
    """A row written in one cell, its parts in the order of the fields."""
    parts = rules.split(cell, "|")
    if len(parts) > len(field.fields):
        raise Wrong(N_("Too many parts between bars."))
    return {part.key: text for part, text in zip(field.fields, parts, strict=False)}


def _several(field: Field, raw: Any) -> list[Any]:
    """The entries of a list, or of a cell that holds one: ``a; b``."""
    entries = list(raw) if isinstance(raw, list | tuple) else rules.split(_plain(raw), ";")
    most = field.most or ENTRIES
    if len(entries) > most:
        raise Wrong(N_("Too many: at most %(max_length)s."), max_length=most)
    return [each for each in entries if not is_blank(each)]


_READERS: Mapping[str, Callable[[Field, Any], Any]] = {
    describe.TEXT: _text,
    describe.LONG: _text,
    describe.URL: _url,
    describe.CODE: _code,
    describe.CODES: _codes,
    describe.DATE: _date,
    describe.MONEY: _money,
    describe.INTEGER: _integer,
    describe.COUNT: _count,
    describe.SHARE: _share,
    describe.ORGANISATIONS: _organisations,
    describe.TEXTS: _texts,
    describe.TAGS: _texts,
    describe.YES: _yes,
    describe.ROWS: _rows,
}
