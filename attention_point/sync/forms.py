"""The form with which a capture is discarded."""

from typing import Any

from wtforms import RadioField

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm, Required
from attention_point.sync.outbox.review import DISCARD_REASONS


class DiscardForm(BaseForm):
    """Why a capture is discarded."""

    # The service says what is wrong.
    reason = RadioField(N_("Why is it discarded?"), [Required()], validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Here, not in the class: the labels are in the language of the request.
        self.reason.choices = [(code, _(label)) for code, label in DISCARD_REASONS.items()]
