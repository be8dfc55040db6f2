"""The form by which somebody of the office takes a report with exact figures."""

from wtforms import BooleanField, RadioField, SelectField

from attention_point.foundation.language import N_
from attention_point.foundation.web.forms import BaseForm, Required


class OperationalReportForm(BaseForm):
    """The organisation, the reason, and the word that the figures stay with the platform. The service checks them."""

    organisation = SelectField(N_("Organisation that reports to the platform"), [Required()], validate_choice=False)
    # A choice and not a text: a typed reason may hold a name, and the journal keeps it for years.
    reason = RadioField(N_("What the file is for"), [Required()], validate_choice=False)
    confirmed = BooleanField(N_("I know that these figures are exact and not public, and I send them to nobody else"))
