"""The form that makes an extract. It checks nothing but the confirmation: the service does, for page and command."""

from wtforms import BooleanField, Field, SelectField, StringField

from attention_point.foundation.language import N_
from attention_point.foundation.web.forms import BaseForm, Required, clean_text


class ExtractForm(BaseForm):
    """A period, who gets it, under which agreement, and the word that it is so."""

    # The choices depend on what was handed over before; the service checks again, because both may change meanwhile.
    period = SelectField(N_("Period"), [Required()], validate_choice=False, choices=[])
    recipient = StringField(N_("Organisation that receives it"), [Required()], filters=[clean_text])
    agreement = StringField(N_("Agreement that covers it"), [Required()], filters=[clean_text])
    confirmed = BooleanField(
        N_("The agreement is signed and in force, and the organisation knows what it may not do with the extract")
    )

    @property
    def first_and_last_month(self) -> tuple[str, str]:
        """The first and the last month of the chosen period, as the service reads them."""
        first, _to, last = (self.period.data or "").partition("-to-")
        return first, last

    def find_field(self, path: str) -> Field:
        """The field that an error names; errors about months and limits stand beside the period."""
        return super().find_field(path) or self.period
