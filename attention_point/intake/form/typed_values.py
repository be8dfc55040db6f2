"""What an agent types, as the draft wants it: parts of dates, ages, numbers.

What cannot be read goes on as it was typed: the draft names it, and its error stands at the field.
"""

import re
from typing import Any

from attention_point.foundation.language.typed_dates import parse_date

_TYPED_MONTH = re.compile(r"(\d{1,2})[/.\- ](\d{4})|(\d\d)(\d{4})", re.ASCII)
_TYPED_AGE = re.compile(r"\d{1,3}", re.ASCII)
_TYPED_SPAN = re.compile(r"(.+) [-–] (.+)")


def drop_blank_values(values: dict[str, Any], *required_names: str) -> dict[str, Any]:
    """The values that say something, and those of the required names."""
    return {name: value for name, value in values.items() if name in required_names or value not in (None, "", [])}


def parse_number(text: str | None) -> Any:
    """A whole number; another text as it is, None for a blank one."""
    text = (text or "").strip()
    # More digits than any count has go on as text: int() has an error of its own for thousands of them.
    return int(text) if text.isdecimal() and len(text) < 9 else text or None


def read_birth(typed_text: str | None) -> dict[str, Any]:
    """What was typed into the box of the birth date: a date, a part of it, two dates with a dash between, or an age."""
    text = (typed_text or "").strip()
    if _TYPED_AGE.fullmatch(text):
        return {"birth_date": None, "age": int(text)}
    return {"birth_date": read_partial_date(text)}


def read_partial_date(typed_text: str | None) -> str | None:
    """A typed date, a part of one, or two dates with a dash between, as a draft holds it; another text as it is."""
    text = (typed_text or "").strip()
    if match := _TYPED_SPAN.fullmatch(text):
        return "/".join(parse_date(part) or "" for part in match.groups())
    if match := _TYPED_MONTH.fullmatch(text):
        month, year = filter(None, match.groups())
        return f"{year}-{int(month):02d}"
    return parse_date(text)


def format_typed_date(text: str | None) -> str:
    """A stored date or part of one as it is typed: DD/MM/YYYY, MM/YYYY, YYYY, or two dates with a dash between."""
    return " - ".join("/".join(reversed(part.split("-"))) for part in text.split("/")) if text else ""
