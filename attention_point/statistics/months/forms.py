"""The form by which a person publishes a month."""

from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import Length, ValidationError

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm
from attention_point.statistics.releases.services import MAX_NOTE_LENGTH


class ReleaseForm(BaseForm):
    """The form of a release. ``fingerprint`` belongs to the content that the person saw on the page."""

    fingerprint = HiddenField()
    note = TextAreaField(N_("What was wrong in the version before"), validators=[Length(max=MAX_NOTE_LENGTH)])
    checked = BooleanField(N_("I have reviewed these figures and publish them"), render_kw={"required": True})
    # The page shows this field only after records of the month turned out not to open.
    despite_damage = BooleanField(N_("I publish the month even though some of its records cannot be opened"))

    def validate_checked(self, field: BooleanField) -> None:
        """Require the confirmation."""
        if not field.data:
            raise ValidationError(_("Confirm that you have reviewed the figures."))
