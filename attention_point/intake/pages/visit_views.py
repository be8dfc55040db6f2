"""The desk's pages after the form: a visit with its slip, the list of visits, a person."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from io import BytesIO
from typing import Any, NamedTuple
from uuid import UUID

from flask import redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory_queries
from attention_point.directory.labels import PRINT_FORMAT_LABELS
from attention_point.foundation import clock, journal
from attention_point.foundation.access import requires
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Slip, build_qr_code_path, write_slip
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.pagination import build_page
from attention_point.intake import queries
from attention_point.intake.api_responses import translate_warnings
from attention_point.intake.form import companions, person_summary
from attention_point.intake.pages import visit_slip
from attention_point.intake.pages.desk_blueprint import blueprint
from attention_point.intake.pages.person_page import list_household, list_joined_records
from attention_point.intake.records.visit_lists import EVERY_VISIT, NO_VISITS, VisitFilter, list_latest_visits
from attention_point.intake.records.visit_rows import build_visit_rows
from attention_point.people import merging
from attention_point.people import records as people_records
from attention_point.people.claim_marks.marks import list_marks_of_person
from attention_point.referrals import queries as referral_queries
from attention_point.referrals import rules as referral_rules
from attention_point.referrals.decrypted_referrals import ListedReferral
from attention_point.referrals.descriptions import find_entity_message, is_restricted, list_person_referrals
from attention_point.referrals.slip import Guidance, describe_guidance
from attention_point.routing.bench.version_history import RuleSetVersion, find_version
from attention_point.turns.desks.room_state import list_entities_with_desks

# Names are opened for each row, and the journal keeps each: a page holds fewer rows than other lists.
VISITS_A_PAGE = 25
# What the list can be narrowed to. None of these words in an address tells anything of a person.
STATE_FILTERS: Mapping[str, tuple[str, VisitFilter]] = {
    "waiting": (N_("Waiting for the entity"), VisitFilter(states=referral_rules.WAITING_STATES)),
    "accepted": (N_("Accepted"), VisitFilter(states=("accepted",))),
    "answered": (N_("With an outcome"), VisitFilter(states=("attended", "no_show", "rejected"))),
    "referred": (N_("With a referral"), VisitFilter(with_referral=True)),
    "none": (N_("Without referral"), VisitFilter(without_referral=True)),
}


class Chip(NamedTuple):
    """A filter that can be chosen: its words, its address, and whether it is the one in use."""

    label: str
    url: str
    is_current: bool


@blueprint.get("/visits/<uuid:visit>")
@requires("visits.view")
def show_visit(visit: UUID) -> str:
    """Show a visit: the person, the needs, the referrals with their answers, and the slip as it is printed."""
    session, actor = db_session(), current_actor()
    decrypted_visit = queries.get_visible_visit(session, actor, visit)
    journal.record(session, actor, "visit.view", "visit", visit)
    journal.record(session, actor, "person.view", "person", decrypted_visit.person_id, purpose="receipt")
    person = people_records.open_people(session, [decrypted_visit.person_id]).get(decrypted_visit.person_id)
    choices = visit_slip.read_slip_choices(request.args, decrypted_visit)
    arrival = visit_slip.list_shown_visits_of_arrival(session, actor, decrypted_visit)
    if is_printed := request.args.get("print") == "1" and not decrypted_visit.is_void:
        journal.record(session, actor, "visit.slip", "visit", visit)
    # An annulled visit is still looked up, but nothing of it is printed any more.
    slips = [] if decrypted_visit.is_void else _build_slips(decrypted_visit, arrival, choices)
    referrals = referral_queries.list_referrals_of_visit(session, visit)
    return render_template(
        "desk/done.html",
        visit=decrypted_visit,
        # Right after recording the page says that the visit is saved; whoever comes back later looks something up.
        is_fresh=clock.now() - decrypted_visit.received_at < timedelta(minutes=5),
        person_name=people_records.format_full_name(person.record) if person else None,
        person_rows=person_summary.describe_person(person.record)[:3] if person else [],
        guardian=person_summary.describe_guardian(decrypted_visit.record.get("guardian")),
        needs=[name_need(need) for need in decrypted_visit.record["needs"]],
        warnings=translate_warnings(decrypted_visit.record),
        referrals=referrals,
        entity_message=find_entity_message,
        services=directory_queries.get_services_by_code(session),
        entities=directory_queries.get_entities_by_code(session),
        guidance=list(_list_unprinted_guidance(decrypted_visit)),
        slips=slips,
        entities_in_room=_list_entities_in_room(decrypted_visit, referrals),
        companions=build_visit_rows(session, actor, arrival) if len(arrival) > 1 else [],
        label_relation=_label_relation,
        qr_code=build_qr_code_path(slips[0].qr_code_address) if slips else "",
        choices=choices,
        has_confidential=any(is_restricted(referral) for referral in referrals),
        is_printed=is_printed,
        paper_labels=PRINT_FORMAT_LABELS,
        rule_set=_find_rule_set(decrypted_visit),
        claim_marks=list_marks_of_person(session, decrypted_visit.person_id),
    )


def _find_rule_set(visit: queries.DecryptedVisit) -> RuleSetVersion | None:
    """The rules that made the visit's suggestions, for readers who may open their history."""
    # Visits of an older program keep none, and those without any suggestion have nothing that was made.
    digest = next((suggestion.get("rule_set") for suggestion in visit.record.get("suggestions", ())), None)
    if not digest or not current_actor().may("routing.view"):
        return None
    return find_version(db_session(), digest, visit.changed_at or visit.received_at)


def _list_unprinted_guidance(visit: queries.DecryptedVisit) -> Iterator[tuple[str, Guidance]]:
    """What the agent tells and the slip, which stands on the same page, does not: the service's name, and the words."""
    services = directory_queries.get_services_by_code(db_session())
    for suggestion in visit.record["suggestions"]:
        service = services.get(suggestion["service"])
        guidance = describe_guidance(service, suggestion, "card")
        if service and not service.restricted:
            printed = describe_guidance(service, suggestion, "slip").sentences
            guidance = Guidance(sentences=tuple(sentence for sentence in guidance.sentences if sentence not in printed))
        if service and guidance != Guidance():
            yield service.name[current_language()], guidance


def _list_entities_in_room(visit: queries.DecryptedVisit, referrals: Iterable[ListedReferral]) -> list[str]:
    """The entities of the visit's open referrals that have a desk in the room: the person can go there at once."""
    if not current_actor().may("turns.give"):
        return []
    in_room = list_entities_with_desks(db_session(), visit.point)
    return sorted(
        {row.entity for row in referrals if row.entity in in_room and row.state in referral_rules.OPEN_STATES}
    )


def _build_slips(
    visit: queries.DecryptedVisit, arrival: Sequence[queries.DecryptedVisit], choices: visit_slip.SlipChoices
) -> list[Slip]:
    visits = visit_slip.list_printed_visits(visit, arrival, choices)
    for companion_visit in visits:
        if companion_visit.id != visit.id:  # their referrals are read for the slip
            journal.record(db_session(), current_actor(), "visit.slip", "visit", companion_visit.id)
    return visit_slip.build_slips(db_session(), current_settings(), visits, choices)


def _label_relation(visit: queries.DecryptedVisit) -> str:
    relation = visit.record.get("relation", "other")
    if relation == "self":
        return _("Person %(number)s", number=1)
    counted = visit.record["counted"] or {}  # an annulled visit of an open month does not count
    kin = companions.find_kin(relation, counted.get("sex"))
    return (
        _(companions.KIN[kin].label) if kin else get_code_list("relations").label_for_code(relation, current_language())
    )


def name_need(code: str) -> str:
    """The words of a need; needs have the codes of services."""
    service = directory_queries.find_service(db_session(), code)
    return service.name[current_language()] if service else code


@blueprint.get("/visits/<uuid:visit>/slip.pdf")
@requires("visits.view")
def download_slip(visit: UUID) -> Response:
    """Send the slip to hand over, as PDF, for the paper and in the languages of the address."""
    decrypted_visit = queries.get_visible_visit(db_session(), current_actor(), visit)
    journal.record(db_session(), current_actor(), "visit.slip", "visit", visit)
    choices = visit_slip.read_slip_choices(request.args, decrypted_visit)
    arrival = visit_slip.list_shown_visits_of_arrival(db_session(), current_actor(), decrypted_visit)
    slips = _build_slips(decrypted_visit, arrival, choices)
    return send_file(
        BytesIO(write_slip(*slips)), mimetype="application/pdf", download_name=f"{decrypted_visit.reference}.pdf"
    )


@blueprint.get("/visits")
@requires("visits.view")
def list_visits() -> str:
    """List the visits of a point with the people's names, newest first. The journal keeps whose names were shown."""
    before_id = request.args.get("before", type=UUID)
    points = directory_queries.list_points(db_session())
    point = next((row for row in points if row.code == request.args.get("point")), points[0] if points else None)
    state = request.args.get("state", "")
    day = _read_day(request.args.get("day", ""))
    first_day, last_day = (day or _read_day(request.args.get(name, "")) for name in ("first", "last"))
    visit_filter = STATE_FILTERS[state][1] if state in STATE_FILTERS else EVERY_VISIT
    visit_filter = visit_filter._replace(first_day=first_day, last_day=last_day)
    visits, hidden_people = (
        list_latest_visits(db_session(), current_actor(), point.code, before_id, VISITS_A_PAGE + 1, visit_filter)
        if point
        else NO_VISITS
    )
    arguments: dict[str, Any] = {
        "point": point.code if point and point is not points[0] else None,
        "day": day.isoformat() if day else None,
        "first": first_day.isoformat() if first_day and not day else None,
        "last": last_day.isoformat() if last_day and not day else None,
        "state": state if state in STATE_FILTERS else None,
    }
    page = build_page(
        visits,
        VISITS_A_PAGE,
        lambda visit: url_for("desk.list_visits", before=visit.id, **arguments),
        url_for("desk.list_visits", **arguments) if before_id else None,
    )
    return render_template(
        "desk/listing.html",
        page=page,
        visit_rows=build_visit_rows(db_session(), current_actor(), page.items, hidden_people),
        services=directory_queries.get_services_by_code(db_session()),
        chips=_build_chips(arguments, first_day, last_day, points),
        chosen_day=day,
        other_arguments={name: value for name, value in arguments.items() if value and name in {"point", "state"}},
        is_filtered=any(arguments.values()),
    )


def _read_day(text: str) -> date | None:
    """A day of the address, as YYYY-MM-DD; what is none counts as every day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _build_chips(
    arguments: Mapping[str, Any],
    first_day: date | None,
    last_day: date | None,
    points: tuple[directory_queries.PointRow, ...],
) -> list[tuple[str, list[Chip]]]:
    """The filters by what they filter; each keeps the others."""

    def build(label: str, name: str, value: str | None) -> Chip:
        return Chip(label, url_for("desk.list_visits", **{**arguments, name: value}), arguments[name] == value)

    states = [build(_(label), "state", name) for name, (label, _filter) in STATE_FILTERS.items()]
    groups = [
        (_("Day"), list(_build_day_chips(arguments, first_day, last_day))),
        (_("Referrals"), [build(_("All"), "state", None), *states]),
    ]
    # The first point is the one that an address without a point shows.
    names = [(point.name[current_language()], point.code if index else None) for index, point in enumerate(points)]
    return groups + ([(_("Point"), [build(name, "point", value) for name, value in names])] if len(points) > 1 else [])


def _build_day_chips(arguments: Mapping[str, Any], first_day: date | None, last_day: date | None) -> Iterator[Chip]:
    today = clock.today()
    days = [(_("Every day"), None), (_("Today"), today), (_("Yesterday"), today - timedelta(1))]
    is_span = first_day != last_day
    if first_day and not is_span and first_day not in {today, today - timedelta(1)}:
        days.append((f"{first_day:%d/%m/%Y}", first_day))
    for label, day in days:
        # A day takes the place of a span of days.
        values = {**arguments, "first": None, "last": None, "day": day.isoformat() if day else None}
        yield Chip(label, url_for("desk.list_visits", **values), not is_span and day == first_day)
    if is_span:
        bounds = (f"{bound:%d/%m/%Y}" if bound else "…" for bound in (first_day, last_day))
        yield Chip("–".join(bounds), url_for("desk.list_visits", **arguments), True)


@blueprint.get("/people/<uuid:person>")
@requires("people.view")
def show_person(person: UUID) -> Response | str:
    """Show one person, what became of the referrals, who came along, and the visits. The journal keeps what was read.

    A record that was joined with another leads to the one that goes on, which shows the visits of both.
    """
    session, actor = db_session(), current_actor()
    linked = merging.list_linked(session, person)
    if linked[0] != person:
        return redirect(url_for(".show_person", person=linked[0]), 303)
    decrypted_person = people_records.view_person(session, actor, person, "page")
    visits = queries.list_visible_visits(session, actor, queries.list_visits_of_people(session, linked))
    return render_template(
        "desk/person.html",
        person=decrypted_person,
        name=people_records.format_full_name(decrypted_person.record) or _("No name on file"),
        rows=person_summary.describe_person(decrypted_person.record),
        history_rows=person_summary.describe_history(decrypted_person.history),
        joined_records=list_joined_records(session, actor, decrypted_person),
        household=list_household(session, actor, person),
        visits=visits,
        claim_marks=list_marks_of_person(session, person),
        news=list_person_referrals(session, actor, person),
        page=request.path,
        repeat_url=lambda referral: url_for("desk.show_visit_form_for_person", person=person, repeat=referral),
        services=directory_queries.get_services_by_code(session),
        entities=directory_queries.get_entities_by_code(session),
    )
