"""The form with which somebody is erased."""

from wtforms import BooleanField, HiddenField, RadioField, StringField

from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm
from attention_point.people.erasure.services import GROUNDS


class ErasureForm(BaseForm):
    """Why a person is erased, and that whoever erases knows what it means."""

    version = HiddenField()
    ground = RadioField(N_("Why are the data erased?"), validate_choice=False)
    note = StringField(N_("Number of the request or of the order"))
    confirmed = BooleanField(N_("I know that nobody can bring the data back"))

    def set_choices(self) -> None:
        """Offer the grounds. The end of the time of keeping is not among them: the purge finds those people."""
        self.ground.choices = [(code, _(label)) for code, label in GROUNDS.items() if code != "retention"]

    def read_ground(self) -> str:
        """The code of the ground. Raises Invalid where there is none, or where nothing was confirmed."""
        errors = []
        if self.ground.data not in GROUNDS:
            errors.append(FieldError("ground", _("Choose why the data are erased.")))
        if not self.confirmed.data:
            errors.append(FieldError("confirmed", _("Confirm that you know what it means.")))
        if errors:
            raise Invalid(_("The data were not erased."), tuple(errors))
        return str(self.ground.data)
