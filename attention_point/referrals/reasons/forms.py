"""The form of an entity's reasons to reject."""

from wtforms import FieldList, Form, FormField, HiddenField, StringField

from attention_point.foundation.language import N_
from attention_point.foundation.web.forms import BaseForm, PlainForm, clean_text
from attention_point.referrals.reasons.queries import ReasonList
from attention_point.referrals.reasons.services import EditedReason

_BLANK_ROWS = 3


class ReasonForm(PlainForm):
    """One reason. Left empty, it is offered no more."""

    code = HiddenField()
    es = StringField(N_("In Spanish"), filters=[clean_text])
    en = StringField(N_("In English"), filters=[clean_text])


class ReasonsForm(BaseForm):
    """All reasons of an entity, and some blank rows for new ones."""

    version = HiddenField()
    reasons = FieldList(FormField(ReasonForm))

    def show_reasons(self, reason_list: ReasonList) -> None:
        """Fill the form with what is offered now."""
        self.version.data = str(reason_list.version)
        for reason in reason_list.reasons:
            if reason.is_offered:
                self.reasons.append_entry({"code": reason.code, "es": reason.es, "en": reason.en})
        for _row in range(_BLANK_ROWS):
            self.reasons.append_entry()

    def read_reasons(self) -> list[EditedReason]:
        """What was typed, in order."""
        rows: list[Form] = [entry.form for entry in self.reasons]
        return [EditedReason(row["code"].data or "", row["es"].data or "", row["en"].data or "") for row in rows]
