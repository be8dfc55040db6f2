"""Forms of devices. The services check what only they know; their errors come back beside the fields."""

from collections.abc import Mapping
from typing import Any

from wtforms import RadioField, SelectField, StringField

from attention_point.foundation.access import DEVICE_KINDS
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm, Required, clean_text

KIND_LABELS = {
    "tablet": N_("Tablet of the desk"),
    "kiosk": N_("Kiosk: visitors take their turn on it"),
    "screen": N_("Screen of the waiting room"),
}


class DeviceForm(BaseForm):
    """A new device."""

    name = StringField(N_("Name of the device"), [Required(N_("Write a name for the device."))], filters=[clean_text])
    point = SelectField(N_("Attention point"), validate_choice=False)  # the service says what is wrong
    kind = RadioField(N_("What is it for?"), [Required()], default="tablet", validate_choice=False)

    def __init__(self, *args: Any, points: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Here, not in the class: the labels are in the language of the request.
        self.point.choices = list(points.items())
        self.kind.choices = [(code, _(KIND_LABELS[code])) for code in DEVICE_KINDS]


class EnrolForm(BaseForm):
    """The enrolment code of this browser."""

    code = StringField(N_("Code of the device"), [Required(N_("Write the code."))], filters=[clean_text])
