"""Forms of the second step."""

from typing import Any

from wtforms import HiddenField, StringField, TextAreaField

from attention_point.foundation.language import N_
from attention_point.foundation.web.forms import BaseForm, Required, clean_text


class SecondStepForm(BaseForm):
    """A code of the application, a recovery code, or the reply of a passkey.

    Its fields have names of their own, because a form that waits for the sign-in brings its fields along under theirs.
    """

    class Meta(BaseForm.Meta):
        csrf = False  # the page carries the one token for all its fields, which the web layer checks

    code = StringField(N_("Code of six digits"))
    recovery = StringField(N_("Recovery code"))
    credential = HiddenField()
    next = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs, prefix="_")


class AppCodeForm(BaseForm):
    """The first code of a new application."""

    code = StringField(N_("Code of six digits"), [Required(N_("Write the code that the application shows."))])


class PasskeyForm(BaseForm):
    """The browser's reply with a new passkey."""

    credential = HiddenField()


class WayBackForm(BaseForm):
    """Why somebody needs a way back."""

    reason = TextAreaField(N_("What happened"), [Required(N_("Write what happened."))], filters=[clean_text])
