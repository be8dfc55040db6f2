"""Messages that are stored and said later: a message id with its values, in the language then spoken."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from attention_point.foundation.language.catalogues import gettext
from attention_point.foundation.language.formats import format_date


def kept(values: Mapping[str, object]) -> dict[str, Any]:
    """A message's values as JSON: a date stays known as one, to be said in the reader's way."""
    return {name: {"date": str(value)} if isinstance(value, date) else value for name, value in values.items()}


def said(message: str, values: Mapping[str, Any]) -> str:
    """A kept message in the reader's language."""
    spoken = {
        name: format_date(date.fromisoformat(value["date"])) if isinstance(value, dict) else value
        for name, value in values.items()
    }
    return gettext(message, **spoken)
