"""Messages that are stored and shown later: a message id with its values, in the language of whoever reads it then."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from attention_point.foundation.language.catalogues import gettext
from attention_point.foundation.language.formats import format_date


def encode_message_values(values: Mapping[str, object]) -> dict[str, Any]:
    """Prepares the values of a message for JSON. A date stays marked as one, to be formatted for its reader."""
    return {name: {"date": str(value)} if isinstance(value, date) else value for name, value in values.items()}


def translate_stored_message(message: str, values: Mapping[str, Any]) -> str:
    """Translates a stored message, with its values from JSON, into the language in use."""
    formatted_values = {
        name: format_date(date.fromisoformat(value["date"])) if isinstance(value, dict) else value
        for name, value in values.items()
    }
    return gettext(message, **formatted_values)
