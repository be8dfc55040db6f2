"""The form of a visit as it is kept, shown and checked; and the page to which a request about it leads."""

from datetime import date
from typing import NoReturn
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.errors import AppError, Invalid, NotFound
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language.typed_dates import parse_date
from attention_point.foundation.web import current_actor, current_settings
from attention_point.foundation.web.transactions import read_session
from attention_point.intake import form_drafts, queries
from attention_point.intake.form import companions, visit_form
from attention_point.intake.form.companions import FamilyForm
from attention_point.intake.form.consent_questions import describe_consents
from attention_point.intake.form.frequent_choices import put_frequent_first
from attention_point.intake.form.situation_questions import invert_questions, list_addressees, list_needs
from attention_point.intake.pages.check_page import decisions
from attention_point.intake.pages.check_page.checked_people import check_people, forget_missing_people
from attention_point.intake.pages.unsaved_visits import returning_person, turn_of_form
from attention_point.intake.pages.unsaved_visits.kept_fields import Fields, find_fields, read_typed_fields, save_fields
from attention_point.people import records as people_records
from attention_point.routing.queries import get_offer_index
from attention_point.routing.questions import find_questions

# In the address of a page to which a request led because something is wrong: the page says what.
SENT = "1"


def build_today_values(draft_id: UUID) -> dict[str, str]:
    """The values of a form that begins now."""
    # The id is made with the form, so that a form that is sent twice is recorded once. The version of the consent text
    # travels with it too: what the person agreed to is what was on the screen, also when midnight brings a new one.
    now = clock.to_local_time(clock.now())
    points = directory_queries.list_points(read_session())
    consent_text = directory_queries.find_consent_text(read_session(), now.date())
    return {
        "id": str(draft_id),
        "attended_on": f"{now:%d/%m/%Y}",
        "attended_time": f"{now:%H:%M}",
        "text_version": consent_text.version if consent_text else "",
        "point": points[0].code if points else "",
        "municipality": (points[0].municipality or "") if points else "",
    }


def add_attended_turn(fields: Fields, *, with_people: bool = True) -> None:
    """Put what is known of the turn that this agent attends now into a form that begins."""
    turn = turn_of_form.find_started_turn(read_session(), current_actor())
    if turn:
        turn_of_form.add_turn(read_session(), fields, turn, with_people=with_people)


def build_form(fields: Fields) -> FamilyForm:
    """The form with these values and the day's choices."""
    return set_form_choices(FamilyForm(fields))


def set_form_choices(form: FamilyForm) -> FamilyForm:
    """Put the reader's words and the choices into a form: of lists those of today, of the route those of its day."""
    session, language, day = read_session(), current_language(), clock.today()
    attended_day = _read_attended_day(form.attended_on.data)
    form.asked_on.data = attended_day.isoformat() if attended_day != day else ""
    needs_by_fact = invert_questions(find_questions(get_offer_index(session), attended_day))
    choices = {
        "needs": list_needs(session, attended_day, form.needs.data or ()),
        "points": {entry.code: entry.name[language] for entry in directory_queries.list_points(session)},
        "entities": list_addressees(session, attended_day, needs_by_fact.get("complained_of", ())),
    }
    visit_form.set_choices(form, choices, day)
    form.needs_by_fact = needs_by_fact
    return companions.set_family_choices(form, choices["needs"], day)


def has_unasked_questions(fields: Fields) -> bool:
    """Whether the day of the visit makes a fact matter for which the form, made for another day, did not ask."""
    attended_day, asked_day = _read_attended_day(fields.get("attended_on")), _read_attended_day(fields.get("asked_on"))
    if attended_day == asked_day:
        return False
    index = get_offer_index(read_session())
    asked, decisive = find_questions(index, asked_day), find_questions(index, attended_day)
    return any(set(decisive.get(need, ())) - set(asked.get(need, ())) for need in fields.getlist("needs"))


def _read_attended_day(typed_day: str | None) -> date:
    """The day of the visit; today for what is no day, and for one on which no need is known."""
    try:
        day = date.fromisoformat(parse_date(typed_day) or "")
    except ValueError:
        return clock.today()
    return day if day <= clock.today() and list_needs(read_session(), day) else clock.today()


def render_form(form: FamilyForm) -> str:
    """The page of the form."""
    session = read_session()
    point = directory_queries.find_point(session, form.point.data or "")
    put_frequent_first(session, form, clock.today())
    return render_template(
        "desk/form.html",
        form=form,
        questions=visit_form.TYPED_FIELDS,
        is_person_first=bool(point and point.order == "person_first"),
        **describe_consents(session, current_settings().contact, form),
        is_kept=request.endpoint == "desk.show_form_draft",
        turn=turn_of_form.describe_turn(session, current_actor(), form.turn.data or ""),
        **returning_person.build_news(form.person_id.data or ""),
    )


def render_blank_row() -> str:
    """The row of one more person who came along, from which the form's script makes copies."""
    blank_row = companions.build_blank_row(set_form_choices(FamilyForm(formdata=None)))
    return render_template("desk/companion_blank.html", blank_row=blank_row)


def find_page_of_draft(draft_id: UUID) -> Response | str | None:
    """The form that this agent has under the id, or the way to the visit that was recorded under it; None without."""
    fields = find_fields(read_session(), draft_id)
    if fields is None:
        return lead_to_visit(draft_id)
    returning_person.add_repeated_needs(fields)
    form = build_form(fields)
    if is_sent():
        _show_errors(form)
    return render_form(form)


def is_sent() -> bool:
    """Whether the page was led to because something is wrong."""
    return request.args.get("sent") == SENT


def _show_errors(form: FamilyForm) -> None:
    try:
        check_people(read_session(), form)
    except Invalid as error:
        form.show_field_errors(error.field_errors)
    except (NotFound, people_records.DamagedPerson) as error:
        flash(error.message, "warning")


def lead_to_visit(draft_id: UUID, *, prints: bool = False) -> Response | None:
    """The way to the visit that was recorded under the id; None where there is none that this reader may see.

    ``prints``: the page of the visit opens the printing of the browser.
    """
    try:
        queries.get_visible_visit(read_session(), current_actor(), draft_id)
    except NotFound:
        return None
    return redirect(url_for("desk.show_visit", visit=draft_id, print="1" if prints else None), 303)


def refuse_draft() -> NoReturn:
    """Raise NotFound: nothing is kept under the id, or another agent's form is."""
    raise NotFound(_(form_drafts.GONE))


def read_draft_id(posted: Fields) -> UUID:
    """The id that the form carries. Raises NotFound for a text that is none."""
    try:
        return UUID(posted.get("id", ""))
    except ValueError:
        refuse_draft()


def is_resumed() -> bool:
    """Whether the browser sends the fields again that waited for a new sign-in.

    They are shown, not acted upon: the agent has not pressed the button in this session.
    """
    return bool(request.form.get("_resumed"))


def read_form_fields() -> Fields:
    """What was sent of the form, without what belongs to the check page."""
    typed_fields = read_typed_fields().items(multi=True)
    return MultiDict((name, value) for name, value in typed_fields if not decisions.is_decision(name))


def read_sent_form(draft_id: UUID) -> Fields:
    """What was sent of the form, with what was decided on its check page before."""
    # An agent who came back from the check page to correct something need not decide all again.
    fields, kept_fields = (
        companions.number_rows(read_form_fields()),
        find_fields(read_session(), draft_id) or MultiDict(),
    )
    fields["id"] = str(draft_id)
    # A row may have been taken out, and another one have its number now: no decision goes over to somebody else.
    people, kept_people = companions.describe_rows(fields), companions.describe_rows(kept_fields)
    for name, value in kept_fields.items(multi=True):
        number = decisions.read_person_number(name)
        if number == 0 or (number is not None and people.get(number) == kept_people.get(number)):
            fields.add(name, value)
    return fields


def keep_with_further_row(draft_id: UUID, fields: Fields) -> Response:
    """Keep the fields, and lead back to the form with one row more; it says nothing of what is not finished."""
    row_name = companions.add_row(fields)
    save_fields(draft_id, fields)
    return redirect(url_for("desk.show_form_draft", draft=draft_id, _anchor=row_name), 303)


def keep_and_lead_on(draft_id: UUID, fields: Fields, sent: str | None = None, services: str | None = None) -> Response:
    """Keep the fields, and lead to the check page; back to the form when something is wrong with it.

    With ``services`` the check page lists the services that the agent may add.
    """
    endpoint = "desk.show_check_page"
    try:
        check_people(read_session(), build_form(fields))
    except Invalid:
        endpoint, sent = "desk.show_form_draft", SENT
    except (NotFound, people_records.DamagedPerson) as error:
        endpoint, sent = "desk.show_form_draft", None
        _forget_chosen_person(fields, error)
    save_fields(draft_id, fields)
    return redirect(url_for(endpoint, draft=draft_id, sent=sent, services=services), 303)


def _forget_chosen_person(fields: Fields, error: AppError) -> None:
    # Nobody is turned away because a record is damaged or gone: the visit can be recorded for a new person.
    forget_missing_people(read_session(), fields)
    notice = _("What you typed is still here. Check it and save it: a new person will be recorded.")
    flash(f"{error.message} {notice}", "warning")


def keep_resumed_form(draft_id: UUID, fields: Fields, endpoint: str) -> Response:
    """Keep what waited for a new sign-in, and lead to the page on which it was typed."""
    flash(_("You are signed in again. Nothing you typed is lost: check it and continue."), "success")
    save_fields(draft_id, fields)
    return redirect(url_for(endpoint, draft=draft_id), 303)
