"""The forms of incidents. They check nothing: the service knows what is wrong."""

from datetime import date

from wtforms import HiddenField, RadioField, TextAreaField

from attention_point.directory.forms import DayField, NumberField
from attention_point.foundation.language import N_
from attention_point.foundation.web.forms import BaseForm, Required, clean_text
from attention_point.rights.office.incidents import NewIncident


class IncidentForm(BaseForm):
    """A new incident."""

    kind = RadioField(N_("What happened?"), [Required()], validate_choice=False)
    noticed_on = DayField(N_("Day on which it was noticed"), [Required()])
    people_count = NumberField(N_("To about how many people?"))
    text = TextAreaField(N_("What is known. Write nobody’s name."), [Required()], filters=[clean_text])

    def read_incident(self) -> NewIncident:
        """What was typed."""
        text, count = self.noticed_on.read_value(), self.people_count.read_value()
        try:
            noticed_on = date.fromisoformat(text) if text else None
        except ValueError:
            noticed_on = None
        return NewIncident(
            self.kind.data or "", noticed_on, self.text.data or "", count if isinstance(count, int) else None
        )


class IncidentStepForm(BaseForm):
    """What was done about an incident."""

    version = HiddenField()
    step = RadioField(N_("What was done?"), [Required()], validate_choice=False)
    text = TextAreaField(N_("How, and by whom"), [Required()], filters=[clean_text])
