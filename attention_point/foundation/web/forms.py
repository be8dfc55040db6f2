"""The base of every form: the CSRF token, translated messages, and the one rule of texts."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, Form, FormField, PasswordField, TextAreaField
from wtforms.validators import StopValidation

from attention_point import texts
from attention_point.foundation import language
from attention_point.foundation.errors import FieldError
from attention_point.foundation.web.security.form_tokens import FormTokens


class _FormTranslations:
    """Translates WTForms' own messages by our catalogues."""

    def gettext(self, text: str) -> str:
        return language.gettext(text)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return language.load_translations(language.current_language()).ngettext(singular, plural, n)


class Required:
    """Marks a field that must not be blank.

    With a message, an id of the catalogue, the form itself refuses a blank field. Without one, the service does.
    """

    field_flags = {"required": True}

    def __init__(self, message: str = "") -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        """Raise StopValidation for a blank field, if there is a message for it."""
        if self.message and not (field.data or "").strip():
            raise StopValidation(language.gettext(self.message))


class PlainForm(Form):
    """A form without a token: a part of another form, or a search that stands in the address.

    Labels are message ids, marked with ``N_`` where they are written.
    """

    preselected_fields: frozenset[str] = frozenset()
    """Names of fields in which the browser chooses something before anybody types, such as a currency."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            field.label.text = language.gettext(field.label.text)

    @property
    def is_filled(self) -> bool:
        """Whether something was typed, chosen or ticked."""
        return any(_has_value(field) for field in self if field.short_name not in self.preselected_fields)

    def find_field(self, path: str) -> Field | None:
        """The field at a dotted path, such as ``papers.0.text.es``. A group or a list stands for its first field.

        The number counts the entries in which something was typed, because a service gets no others.
        """
        return _find_inner_field(self, path.split(".")) if path else None

    def show_field_errors(self, field_errors: Iterable[FieldError]) -> None:
        """Put each error of a service beside its field, or at the head of the form if the form has no such field."""
        for error in field_errors:
            field = self.find_field(error.field)
            if field is None:
                self.form_errors = [*self.form_errors, error.message]
            # What else is wrong with a text that holds an unfit character follows from the character.
            elif not {error.message, language.gettext(texts.UNFIT_CHARACTERS)} & set(field.errors):
                field.errors = [*field.errors, error.message]


class BaseForm(PlainForm, FlaskForm):
    """The base of every form that writes; it carries the token against forged requests.

    Texts are put in their normal form, also in forms within the form. An unfit character becomes U+FFFD, so no view
    reads a control character; its field has an error from the start, so ``validate`` refuses the form.
    """

    class Meta(FlaskForm.Meta):
        csrf_class = FormTokens

        def get_translations(self, form: Any) -> _FormTranslations:
            return _FormTranslations()

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Read the posted values and apply the rule of texts to them."""
        super().process(*args, **kwargs)
        for field in _list_inner_fields(self):
            _normalise_field(field)

    def read_version(self) -> int:
        """The number in the hidden field ``version``: which version of the row the page showed.

        A field that is missing or was tampered with gives 0, which no row has, so that nothing is overwritten unseen.
        """
        # Not ``data``: without the field in the request, that is the newest version of the row.
        sent_values = self["version"].raw_data
        text = str(sent_values[0]) if sent_values else ""
        return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


def _has_value(field: Field) -> bool:
    value = field.form.is_filled if isinstance(field, FormField) else field.data
    return bool(value.strip()) if isinstance(value, str) else value not in (None, False, [], ())


def _find_inner_field(form: Form, path: list[str]) -> Field | None:
    name, *remaining_path = path if path[0] else [next(iter(form)).short_name]
    if name not in form:
        return None
    field = form[name]
    if isinstance(field, FormField):
        return _find_inner_field(field.form, remaining_path or [""])
    if not isinstance(field, FieldList):
        return field
    entries = [entry for entry in field if entry.form.is_filled] or list(field)
    index = int(remaining_path[0]) if remaining_path and remaining_path[0].isdecimal() else 0
    if index >= len(entries):
        return None
    # The summary of a form's errors passes over a list that has none of its own.
    field.errors = [*field.errors, {}]
    return _find_inner_field(entries[index].form, remaining_path[1:] or [""])


def _list_inner_fields(form: Form) -> Iterator[Field]:
    for field in form:
        entries = list(field) if isinstance(field, FieldList) else [field]
        for entry in entries:
            if isinstance(entry, FormField):
                yield from _list_inner_fields(entry.form)
            else:
                yield entry


def _normalise_field(field: Field) -> None:
    # A password stays as it was typed: it is hashed, never shown, and must verify against older hashes.
    if isinstance(field, PasswordField):
        return
    lines = isinstance(field, TextAreaField)
    if isinstance(field.data, str):
        field.data = texts.show_unfit(field.data, lines=lines)
        if not texts.is_fit_text(field.data, lines=lines):
            field.errors = field.process_errors = [*field.process_errors, language.gettext(texts.UNFIT_CHARACTERS)]
    elif isinstance(field.data, list):
        field.data = [texts.show_unfit(value) if isinstance(value, str) else value for value in field.data]


def clean_text(text: str | None) -> str | None:
    """Return a text in its normal form; None when nothing is left. For use as a WTForms filter."""
    return (texts.normalise_text(text) or None) if text is not None else None


def read_posted_fields() -> MultiDict[str, str]:
    """Return the posted fields, under the rule of texts, for a view without a form class."""
    fields = request.form.items(multi=True)
    return MultiDict((texts.show_unfit(name), texts.show_unfit(value, lines=True)) for name, value in fields)
