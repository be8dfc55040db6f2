"""The form by which a person publishes a month."""

from collections.abc import Iterable

from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import Length, ValidationError

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError
from attention_point.foundation.web.forms import BaseForm


class ReleaseForm(BaseForm):
    """``fingerprint``: of the figures that the person saw on the page.

    ``despite_damage`` is shown once records of the month turned out not to open.
    """

    fingerprint = HiddenField()
    note = TextAreaField(N_("What was wrong in the version before"), validators=[Length(max=500)])
    checked = BooleanField(N_("I have looked through these figures and publish them"), render_kw={"required": True})

    despite_damage = BooleanField(N_("I publish the month although records of it do not open"))

    def validate_checked(self, field: BooleanField) -> None:
        """Nothing is published without somebody's word."""
        if not field.data:
            raise ValidationError(_("Confirm that you have looked through the figures."))

    def show(self, fields: Iterable[FieldError]) -> None:
        """Put a refusal's complaints beside their fields."""
        for complaint in fields:
            self[complaint.field].errors = (*self[complaint.field].errors, complaint.message)
