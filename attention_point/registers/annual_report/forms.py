"""The form of a section's text."""

from wtforms import HiddenField, TextAreaField

from attention_point.foundation.web.forms import BaseForm
from attention_point.registers.annual_report.services import TEXT_LABELS


class SectionTextForm(BaseForm):
    """The form checks nothing: the service says what is wrong. ``version`` is that of the text on the page."""

    # By it the service sees that somebody else saved while this page was open.
    version = HiddenField()
    introduction = TextAreaField(TEXT_LABELS["introduction"])
    account = TextAreaField(TEXT_LABELS["account"])
