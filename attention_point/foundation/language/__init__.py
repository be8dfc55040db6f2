"""Texts, dates, numbers and amounts in the reader's language: Spanish (Colombia) first, and English."""

from attention_point.foundation.language.catalogues import (
    LANGUAGES,
    N_,
    current,
    gettext,
    ngettext,
    speaking,
    translations,
    use,
)
from attention_point.foundation.language.formats import (
    format_amount,
    format_date,
    format_datetime,
    format_month,
    format_number,
    format_percent,
    format_time,
)
from attention_point.foundation.language.keeping import kept, said

__all__ = [
    "LANGUAGES",
    "N_",
    "current",
    "format_amount",
    "format_date",
    "format_datetime",
    "format_month",
    "format_number",
    "format_percent",
    "format_time",
    "gettext",
    "kept",
    "ngettext",
    "said",
    "speaking",
    "translations",
    "use",
]
