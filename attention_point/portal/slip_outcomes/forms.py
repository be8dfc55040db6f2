"""The forms of the public page: the code, three buttons, and one question that may stay unanswered."""

from wtforms import HiddenField, StringField

from attention_point.foundation.language import N_
from attention_point.foundation.web.forms import BaseForm, Required


class SlipCodeForm(BaseForm):
    """The code as it stands on the slip."""

    code = StringField(N_("Code of your slip"), [Required()])


class VisitorOutcomeForm(BaseForm):
    """One button an outcome; ``asked_for_money`` is ``yes`` or ``no`` where the question was answered."""

    referral = HiddenField()
    outcome = HiddenField()
    asked_for_money = HiddenField()
