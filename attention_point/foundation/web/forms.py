"""The base of every form: CSRF, translated messages, no browser autofill of personal data, bounded text."""

import unicodedata
from typing import Any

from flask_wtf import FlaskForm

from attention_point.foundation import language


class _Translations:
    """WTForms' own messages go through our catalogues."""

    def gettext(self, text: str) -> str:
        return language.gettext(text)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return language.translations(language.current()).ngettext(singular, plural, n)


class BaseForm(FlaskForm):
    """Every form's base. Labels are message ids, marked with ``N_`` where they are written."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> _Translations:
            return _Translations()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            field.label.text = language.gettext(field.label.text)


def clean(text: str | None) -> str | None:
    """A typed text without spaces around it, in NFC; None when nothing is left. A WTForms filter."""
    if text is None:
        return None
    return unicodedata.normalize("NFC", text).strip() or None
