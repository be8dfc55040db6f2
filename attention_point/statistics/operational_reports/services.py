"""Builds the monthly report to the R4V platform, with exact figures (decision 49), and writes who took it and why."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from attention_point.dates import first_of_next_month, format_month_code
from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.damage_notes import list_noted_damage
from attention_point.foundation.errors import AppError, Invalid
from attention_point.foundation.language import format_date, format_month
from attention_point.foundation.language import gettext as _
from attention_point.intake.records.served_people import ServedPerson, count_erased_visits, list_served_people
from attention_point.statistics.operational_reports.activities import Activity, Organisation, Plan
from attention_point.statistics.operational_reports.rules import (
    POPULATION_BOXES,
    SEX_AND_AGE_BOXES,
    Beneficiaries,
    OutsideReason,
    Place,
    Row,
    build_place,
    find_outside_reason,
    list_repeated_rows,
    list_row_faults,
)

REASONS = "operational_report_reasons"  # a code list: the journal holds no free text


@dataclass(frozen=True, slots=True)
class OperationalReport:
    """A month's report of one organisation. ``rows`` have the columns of ``rules.COLUMNS``.

    ``outside`` counts the people without a box in the form, by indicator and reason. ``unreported_needs`` counts the
    people of needs that no organisation reports. ``sex_not_given`` counts the people among "other" who gave no sex.
    ``unreadable`` counts records that do not open, ``erased`` the visits of people erased since.
    """

    month: date
    organisation: Organisation
    shows_municipality: bool
    rows: tuple[Row, ...]
    outside: Mapping[tuple[str, OutsideReason], int] = field(default_factory=dict)
    unreported_needs: Mapping[str, int] = field(default_factory=dict)
    sex_not_given: int = 0
    unreadable: int = 0
    erased: int = 0


def list_reporting_organisations(plan: Plan, month: date) -> list[Organisation]:
    """List the organisations that report an activity in a month."""
    month_code = format_month_code(month)
    return [row for row in plan.organisations if plan.list_activities(row.code, month_code)]


def choose_organisation(plan: Plan, month: date, code: str | None) -> Organisation:
    """Return the organisation of a code, or without one the only one that reports the month.

    Raises AppError where there is none, and where there are several to choose from.
    """
    reporting = list_reporting_organisations(plan, month)
    # A single organisation need not be typed. With two, a guess would send one's figures under the name of the other.
    if code is None:
        if len(reporting) == 1:
            return reporting[0]
        if not reporting:
            raise AppError(_("No organisation reports an activity in %(month)s.", month=format_month(month)))
        codes = ", ".join(row.code for row in reporting)
        raise AppError(_("Several organisations report this month. Choose one: %(list)s.", list=codes))
    organisation = next((row for row in plan.organisations if row.code == code), None)
    if organisation is None:
        codes = ", ".join(row.code for row in plan.organisations)
        raise AppError(_("There is no organisation “%(code)s”. There are: %(list)s.", code=code[:40], list=codes))
    if organisation not in reporting:
        name, month_name = organisation.name, format_month(month)
        raise AppError(_("%(name)s has no activity to report in %(month)s.", name=name, month=month_name))
    return organisation


def build_report(session: Session, plan: Plan, month: date, organisation: Organisation) -> OperationalReport:
    """Count a month from its sealed visits, and check it as the platform does.

    Raises AppError for a month that is not over, for one in which nobody was served, for a point without a
    municipality, and for rows that the platform would refuse.
    """
    end_day = first_of_next_month(month)
    # People still come while a month runs: what is sent then would be wrong by its end.
    if end_day > clock.today():
        raise AppError(
            _(
                "%(month)s is not over. Its report can be made from %(day)s.",
                month=format_month(month),
                day=format_date(end_day),
            )
        )
    shows_municipality = plan.shows_municipality(format_month_code(month))
    counts = _MonthCounts(plan, organisation.code, month, _find_places(session, shows_municipality=shows_municipality))
    # From the sealed visits: an indicator joins several needs, and counts by need would have the same person in each.
    for person in list_served_people(session, month):
        counts.add_person(person)
    rows = [
        _build_row(plan, organisation, month, activity, place, beneficiaries)
        for activity, place, beneficiaries in counts.list_rows()
        # A row of nobody is refused by the platform, and says that an activity took place which did not.
        if beneficiaries.total
    ]
    if not rows:
        raise AppError(_("Nobody was served in %(month)s whom %(name)s could report.",
                         month=format_month(month), name=organisation.name))  # fmt: skip
    # Before anything is written: a file that the platform refuses would be corrected by hand, and by guesses.
    check_rows(rows)
    return OperationalReport(
        month=month,
        organisation=organisation,
        shows_municipality=shows_municipality,
        rows=tuple(rows),
        outside=counts.sum_outside(),
        unreported_needs=dict(sorted(counts.unreported_needs.items())),
        sex_not_given=counts.sex_not_given,
        unreadable=len(list_noted_damage(session)),
        erased=count_erased_visits(session, month),
    )


def check_rows(rows: Iterable[Row]) -> None:
    """Check rows as the platform does, before anything is written. Raises AppError with every fault."""
    listed_rows = list(rows)
    faults = [
        _("%(indicator)s: %(check)s", indicator=row["indicator"], check=_describe_check(check))
        for row in listed_rows
        for check in list_row_faults(row)
    ]
    faults += [
        _("%(indicator)s stands in two rows of one place.", indicator=key[0]) for key in list_repeated_rows(listed_rows)
    ]
    if faults:
        raise AppError(_("The platform would refuse this report. %(faults)s", faults=" ".join(faults)))


def _describe_check(check: str) -> str:
    return {
        "numbers": _("a count is no whole number from 0 on."),
        "beneficiaries": _("there are no beneficiaries."),
        "population": _("the people by population do not add up to the beneficiaries."),
        "sex_and_age": _("the people by sex and age do not add up to the beneficiaries."),
        "new_beneficiaries": _("there are more new beneficiaries than beneficiaries."),
        "output": _("there are fewer attentions than beneficiaries."),
        "required": _("a required text is missing."),
        "partner": _("the implementing partner and “yes” or “no” contradict each other."),
        "cva": _("without cash or vouchers there is no value and no way of delivery."),
    }[check]


def check_reason(reason: str | None) -> str:
    """Return the code of why exact figures leave the office. Raises Invalid for no such reason."""
    # Why exact figures leave the office must be said by everybody, on the page and on the server alike.
    if reason and get_code_list(REASONS).has_code(reason):
        return reason
    raise Invalid.of_field("reason", _("Say what the report is for."))


def record_export(session: Session, actor: Actor, report: OperationalReport, reason: str) -> None:
    """Write to the journal who took the exact figures of a month, for whom and why. ``reason`` is a code."""
    journal.record(session, actor, *_name_subject(report), **_describe(report, "r4v"), reason=reason)


def record_view(session: Session, actor: Actor, report: OperationalReport) -> None:
    """Write to the journal who saw the exact figures of a month on the page, a form that was refused included."""
    journal.record_shown(session, actor, *_name_subject(report), **_describe(report, "page"))


def _name_subject(report: OperationalReport) -> tuple[str, str, str]:
    return "statistics.operational_report", "month", format_month_code(report.month)


def _describe(report: OperationalReport, format_code: str) -> dict[str, Any]:
    return {"format": format_code, "organisation": report.organisation.code, "rows": len(report.rows)}


class _MonthCounts:
    """The people of a month by activity and place, each person once in each."""

    def __init__(self, plan: Plan, organisation: str, month: date, places: Mapping[str, Place]) -> None:
        self._plan, self._organisation, self._month, self._places = plan, organisation, month, places
        self._activities: dict[str, Mapping[str, Activity]] = {}
        self._reported_needs = plan.list_reported_needs(format_month_code(month))
        self._beneficiaries: defaultdict[tuple[Activity, Place], Beneficiaries] = defaultdict(Beneficiaries)
        self.unreported_needs: Counter[str] = Counter()
        self.sex_not_given = 0

    def add_person(self, person: ServedPerson) -> None:
        """Count a person in each row to which the visits of the month belong."""
        # By indicator and place, because rows are so, and within the year, of which the
        # platform's plan is (decision 49).
        served_earlier: set[tuple[str, Place | None]] = set()
        attentions: Counter[tuple[Activity, Place]] = Counter()
        unreported_needs: set[str] = set()
        for visit in person.visits:
            # The plan of the visit's own month: an activity that began in May served nobody in April.
            reporting = self._find_activities(visit.day)
            activities = {reporting[need] for need in visit.needs if need in reporting}
            place = self._places.get(visit.point)
            # Earlier visits only tell whether the person is new. They were reported in their own months.
            if visit.day < self._month:
                served_earlier |= {(activity.indicator, place) for activity in activities}
            # A point without a municipality would lose all its people in silence.
            elif place is None:
                raise AppError(_("The point %(point)s has no municipality. Set it on its page.", point=visit.point))
            else:
                attentions.update((activity, place) for activity in activities)
                unreported_needs |= set(visit.needs) - self._reported_needs
        self.unreported_needs.update(unreported_needs)
        for (activity, place), count in attentions.items():
            is_new = (activity.indicator, place) not in served_earlier
            self._beneficiaries[activity, place].add_person(person.answers, is_new=is_new, attentions=count)
        # Only of people who stand in a row: the note explains a number that the reader sees.
        if attentions and person.answers.get("sex") is None and find_outside_reason(person.answers) is None:
            self.sex_not_given += 1

    def list_rows(self) -> Iterator[tuple[Activity, Place, Beneficiaries]]:
        """Yield the rows in the order of the plan, and of an activity by place."""
        for activity in self._plan.list_activities(self._organisation, format_month_code(self._month)):
            places = sorted({place for counted, place in self._beneficiaries if counted == activity}, key=str)
            for place in places:
                yield activity, place, self._beneficiaries[activity, place]

    def sum_outside(self) -> dict[tuple[str, OutsideReason], int]:
        """Return how many people have no box in the form, by indicator and reason."""
        sums: Counter[tuple[str, OutsideReason]] = Counter()
        for activity, _place, beneficiaries in self.list_rows():
            for reason, count in beneficiaries.outside.items():
                sums[activity.indicator, reason] += count
        return dict(sums)

    def _find_activities(self, day: date) -> Mapping[str, Activity]:
        month_code = format_month_code(day)
        # Twelve months at most, asked for thousands of visits.
        if month_code not in self._activities:
            listed = self._plan.list_activities(self._organisation, month_code)
            self._activities[month_code] = {need: activity for activity in listed for need in activity.needs}
        return self._activities[month_code]


def _find_places(session: Session, *, shows_municipality: bool) -> dict[str, Place]:
    # The activity's place is the point's: where the person lives says nothing of where the help was given.
    return {
        point.code: build_place(point.municipality, shows_municipality=shows_municipality)
        for point in directory_queries.list_points(session)
        if point.municipality
    }


def _build_row(
    plan: Plan,
    organisation: Organisation,
    month: date,
    activity: Activity,
    place: Place,
    beneficiaries: Beneficiaries,
) -> Row:
    return {
        "country": plan.country,
        "admin1": place.admin1,
        "admin2": place.admin2,
        "organisation": organisation.name,
        "implementation": bool(organisation.implementing_partner),
        "partner": organisation.implementing_partner,
        "month": format_month_code(month),
        "sector": activity.sector,
        "indicator": activity.indicator,
        "activity": activity.activity,
        "description": activity.description,
        "rmrp": activity.rmrp,
        "cva": False,  # the point hands out no money
        "value": None,
        "mechanism": None,
        "output": beneficiaries.output,
        "beneficiaries": beneficiaries.total,
        "new_beneficiaries": beneficiaries.new,
        **{box: beneficiaries.people[box] for box in (*POPULATION_BOXES, *SEX_AND_AGE_BOXES)},
        "platform": plan.platform,
    }
