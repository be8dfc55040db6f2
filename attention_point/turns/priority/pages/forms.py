"""The form of a new policy. It checks nothing: ``policies`` checks what was typed."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from wtforms import SelectField, SelectMultipleField

from attention_point.directory.forms import DayField, NumberField
from attention_point.foundation import clock
from attention_point.foundation.language import N_, format_date
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm, PlainForm, Required
from attention_point.turns.priority.pages.labels import REASON_LABELS
from attention_point.turns.priority.policy_data import list_policy_fields
from attention_point.turns.priority.rules import Policy

EXAMPLE_DAY = "example"
POLICY_FIELDS = (
    "preferential_calls",
    "ordinary_calls",
    "ageing_minutes",
    "longest_wait_minutes",
    "preferential_groups",
    "older_adult_age",
)


class PolicyForm(BaseForm):
    """A policy with its first day, and the past day on which it is simulated first."""

    preferential_calls = NumberField(N_("Calls that prefer, one after another"), [Required()])
    ordinary_calls = NumberField(N_("Then calls in order of arrival"), [Required()])
    ageing_minutes = NumberField(N_("Head start of preferential turns, in minutes"), [Required()])
    longest_wait_minutes = NumberField(N_("Longest wait before nobody is passed, in minutes"), [Required()])
    preferential_groups = SelectMultipleField(N_("Who has a preferential turn"), validate_choice=False)
    older_adult_age = NumberField(N_("Older adults: from which age, in years"), [Required()])
    valid_from = DayField(N_("First day of the new policy"), [Required()])
    day = SelectField(N_("Day on which to try it out"), validate_choice=False)

    def read_content(self) -> Mapping[str, Any]:
        """The fields of the policy as typed."""
        return {
            name: field.read_value() if isinstance(field := self[name], NumberField) else field.data or []
            for name in POLICY_FIELDS
        }

    def read_valid_from(self) -> date | None:
        """The first day; None for what is no day."""
        try:
            return date.fromisoformat(self.valid_from.read_value() or "")
        except ValueError:
            return None


class DayForm(PlainForm):
    """The past day on which a policy is simulated."""

    day = SelectField(N_("Day on which to try it out"), validate_choice=False)


class PointForm(PlainForm):
    """The attention point of a page."""

    point = SelectField(N_("Attention point"), validate_choice=False)


def build_policy_form(policy: Policy, days: Sequence[date]) -> PolicyForm:
    """Build the form as it was sent, or with a policy that begins tomorrow."""
    # Tomorrow: a policy that changes within a day is hard to explain to the people who wait.
    values = {**list_policy_fields(policy), "valid_from": clock.today() + timedelta(days=1)}
    form = PolicyForm(data=values)
    form.preferential_groups.choices = [(code, _(label)) for code, label in REASON_LABELS.items()]
    form.day.choices = list_day_choices(days)
    return form


def list_day_choices(days: Sequence[date]) -> list[tuple[str, str]]:
    """List the days on which a policy can be simulated, the latest first; the invented day is the last."""
    return [
        *((day.isoformat(), format_date(day, "full")) for day in days),
        # A point that opens has no past day yet, and is to see all the same what a policy does.
        (EXAMPLE_DAY, _("An invented day: 200 turns, 4 desks")),
    ]
