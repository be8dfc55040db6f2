"""Which need the R4V platform's report shows under which indicator: the file ``r4v.yaml``, shipped or the office's own.

The platform is the Inter-Agency Coordination Platform for Refugees and Migrants from Venezuela (r4v.info); in Colombia
its partners are the GIFMM. ``data/r4v.yaml`` describes each key.
"""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from attention_point.dates import parse_month_code
from attention_point.foundation.errors import AppError, Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.foundation.text_fields import SINGLE_LINE
from attention_point.foundation.validation import parse_object
from attention_point.statistics.operational_reports.rules import COLUMNS

FILE_NAME = "r4v.yaml"
SHIPPED_FILE = Path(__file__).parent / "data" / FILE_NAME
MAX_FILE_BYTES = 1_000_000  # a hundred times the shipped file


def _check_month(code: str) -> str:
    try:
        parse_month_code(code)
    except ValueError:
        raise PydanticCustomError("month", N_("This is not a month. Write it as 2017-09, in quotes.")) from None
    return code


# A code of a month sorts as its month does.
MonthCode = Annotated[str, AfterValidator(_check_month)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=400), SINGLE_LINE]
# It goes into the name of a file and into the journal: letters, digits and hyphens alone.
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", max_length=40)]


class _Part(BaseModel):
    # A misspelt key is an error, and not a value that is lost in silence.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Organisation(_Part):
    """An appealing organisation. Without ``implementing_partner`` it does the work itself."""

    code: Code
    name: Text
    implementing_partner: Text | None


class Activity(_Part):
    """What an organisation reports of some needs, from the month ``valid_from`` to ``valid_to``, both included."""

    organisation: Code
    sector: Text
    indicator: Text
    activity: Text
    description: Text
    # Whether it is an activity of the Regional Refugee and Migrant Response Plan, which the form asks of each row.
    rmrp: bool
    needs: Annotated[tuple[Code, ...], Field(min_length=1)]
    valid_from: MonthCode
    valid_to: MonthCode | None

    def is_in_force(self, month_code: str) -> bool:
        """Whether it is reported in a month."""
        return self.valid_from <= month_code and (self.valid_to is None or month_code <= self.valid_to)

    def overlaps_with(self, activity: Self) -> bool:
        """Whether both are reported in some month."""
        return self.is_in_force(activity.valid_from) or activity.is_in_force(self.valid_from)


class Plan(_Part):
    """The whole file."""

    country: Text
    platform: Text
    municipality_until: MonthCode | None
    yes: Text
    no: Text
    sectors: Annotated[tuple[Text, ...], Field(min_length=1)]
    headers: dict[Text, Text]
    organisations: Annotated[tuple[Organisation, ...], Field(min_length=1)]
    activities: tuple[Activity, ...]

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        if fault := next(self._list_faults(), None):
            raise PydanticCustomError("plan", "{fault}", {"fault": fault})
        return self

    def _list_faults(self) -> Iterator[str]:
        # Every column needs its header. Whoever edits the file reads them in the order in which the form has them.
        if list(self.headers) != list(COLUMNS):
            yield _("The headers must be these, in this order: %(list)s.", list=", ".join(COLUMNS))
        codes = [organisation.code for organisation in self.organisations]
        if len(set(codes)) < len(codes):
            yield _("Two organisations have the same code.")
        for activity in self.activities:
            if activity.organisation not in codes:
                yield _("No organisation has the code %(code)s.", code=activity.organisation)
            if activity.sector not in self.sectors:
                yield _("The platform has no sector “%(sector)s”.", sector=activity.sector)
        for first, second in combinations(self.activities, 2):
            if not first.overlaps_with(second):
                continue
            # The platform adds up what its partners report. Nobody there can see that two rows are of the same people.
            if shared_needs := sorted(set(first.needs) & set(second.needs)):
                yield _(
                    "Two activities report the need %(need)s in the same month: its people would be reported twice.",
                    need=shared_needs[0],
                )
            if (first.organisation, first.indicator) == (second.organisation, second.indicator):
                yield _(
                    "Two activities have the indicator “%(indicator)s” in the same month.", indicator=first.indicator
                )

    def list_activities(self, organisation: str, month_code: str) -> tuple[Activity, ...]:
        """List what an organisation reports in a month."""
        return tuple(
            activity
            for activity in self.activities
            if activity.organisation == organisation and activity.is_in_force(month_code)
        )

    def list_reported_needs(self, month_code: str) -> frozenset[str]:
        """List the needs that some organisation reports in a month."""
        return frozenset(
            need for activity in self.activities if activity.is_in_force(month_code) for need in activity.needs
        )

    def shows_municipality(self, month_code: str) -> bool:
        """Whether the form of a month has the column of the municipality."""
        return self.municipality_until is None or month_code <= self.municipality_until


def find_plan_file(settings: Settings) -> Path:
    """Return the path of the file that counts: the installation's own, else the shipped one."""
    # The plan changes each year with the platform's. The office edits its own file and needs
    # no new version of the program.
    own_file = settings.instance / FILE_NAME
    return own_file if own_file.exists() else SHIPPED_FILE


def read_plan(settings: Settings) -> Plan:
    """Read the file that counts. Raises AppError with every fault of it."""
    path = find_plan_file(settings)
    try:
        # YAML is read whole: a file that was put there by mistake must not fill the memory.
        if path.stat().st_size > MAX_FILE_BYTES:
            raise AppError(_("%(file)s is too large.", file=path.name))
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise AppError(_("%(file)s cannot be read as YAML.", file=path.name)) from None
    try:
        return parse_object(Plan, content, N_("The file must hold the keys that the shipped one holds."))
    except Invalid as error:
        # All faults at once: whoever edits a file on the server would else correct one and meet the next.
        faults = "; ".join(": ".join(filter(None, (fault.field, fault.message))) for fault in error.field_errors)
        raise AppError(_("%(file)s cannot be used: %(faults)s", file=path.name, faults=faults)) from None
