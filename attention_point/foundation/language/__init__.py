"""Texts, dates, numbers and amounts in the reader's language: Spanish (Colombia), which is the default, or English."""

from attention_point.foundation.language.catalogues import (
    LANGUAGES,
    N_,
    current_language,
    gettext,
    in_language,
    load_translations,
    ngettext,
    set_language,
)
from attention_point.foundation.language.formats import (
    format_amount,
    format_date,
    format_date_span,
    format_datetime,
    format_month,
    format_number,
    format_percent,
    format_period,
    format_time,
    format_time_ago,
)
from attention_point.foundation.language.stored_messages import encode_message_values, translate_stored_message

__all__ = [
    "LANGUAGES",
    "N_",
    "current_language",
    "format_amount",
    "format_date",
    "format_date_span",
    "format_datetime",
    "format_month",
    "format_number",
    "format_percent",
    "format_period",
    "format_time",
    "format_time_ago",
    "gettext",
    "encode_message_values",
    "ngettext",
    "translate_stored_message",
    "in_language",
    "load_translations",
    "set_language",
]
