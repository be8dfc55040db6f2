"""The base of every form: CSRF, translated messages, no autofill of personal data, and the one rule of texts."""

from collections.abc import Iterator
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, Form, FormField, PasswordField, TextAreaField

from attention_point import texts
from attention_point.foundation import language


class _Translations:
    """WTForms' own messages go through our catalogues."""

    def gettext(self, text: str) -> str:
        return language.gettext(text)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return language.translations(language.current()).ngettext(singular, plural, n)


class BaseForm(FlaskForm):
    """Every form's base. Labels are message ids, marked with ``N_`` where they are written.

    Each text is in its normal form, its unfit characters shown as U+FFFD, also in forms within the form: no view reads
    a control character. The message stands at its field from the start. ``validate`` refuses an unfit text; so does
    every service that takes one.
    """

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> _Translations:
            return _Translations()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            field.label.text = language.gettext(field.label.text)

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Read what was sent, and hold every text to the rule."""
        super().process(*args, **kwargs)
        for field in _inner_fields(self):
            _hold_to_rule(field)


def _inner_fields(form: Form) -> Iterator[Field]:
    for field in form:
        entries = list(field) if isinstance(field, FieldList) else [field]
        for entry in entries:
            if isinstance(entry, FormField):
                yield from _inner_fields(entry.form)
            else:
                yield entry


def _hold_to_rule(field: Field) -> None:
    """A password is left as it was typed: it is hashed, never shown, and must verify against older hashes."""
    if isinstance(field, PasswordField):
        return
    lines = isinstance(field, TextAreaField)
    if isinstance(field.data, str):
        field.data = texts.show_unfit(field.data, lines=lines)
        if not texts.is_fit(field.data, lines=lines):
            field.errors = field.process_errors = [*field.process_errors, language.gettext(texts.UNFIT)]
    elif isinstance(field.data, list):
        field.data = [texts.show_unfit(value) if isinstance(value, str) else value for value in field.data]


def clean(text: str | None) -> str | None:
    """A typed text in its normal form; None when nothing is left. A WTForms filter."""
    return (texts.normalise(text) or None) if text is not None else None


def posted() -> MultiDict[str, str]:
    """The fields of the request for a view that reads them without a form class; held to the rule like a form's."""
    fields = request.form.items(multi=True)
    return MultiDict((texts.show_unfit(name), texts.show_unfit(value, lines=True)) for name, value in fields)
