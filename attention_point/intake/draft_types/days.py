"""Days and parts of days as a draft holds them: text, and never a number."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from attention_point.dates import format_partial_date, parse_partial_date
from attention_point.foundation.language import N_

_LEADING_YEAR = re.compile(r"\s*\d{4}-", re.ASCII)


def require_text_date(value: Any) -> Any:
    """A date or a text that begins with a year, as it is; None for an empty one."""
    # pydantic would take a number for seconds since 1970.
    if isinstance(value, date) or (isinstance(value, str) and (not value or _LEADING_YEAR.match(value))):
        return value or None
    raise PydanticCustomError("date_type", N_("A date must be text."))


def _shorten_partial_date(value: Any) -> Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str):
        raise PydanticCustomError("date_type", N_("A date must be text."))
    try:
        return format_partial_date(parse_partial_date(value.strip()))
    except ValueError:
        raise PydanticCustomError(
            "partial_date", N_("Write the whole date, or the month and the year, or the year alone.")
        ) from None


OptionalDay = Annotated[date | None, BeforeValidator(require_text_date)]
PartialDate = Annotated[str | None, BeforeValidator(_shorten_partial_date)]
"""A day, a month or a year as ``attention_point.dates`` writes it, in the shortest spelling."""
