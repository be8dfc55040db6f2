"""The check page: what was typed in words, who on file may be meant, and a decision on each suggestion.

It shows several people one after another, each with a part of their own.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import render_template
from sqlalchemy.orm import Session

from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import format_datetime
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor
from attention_point.intake.consents.consent_rules import is_minor
from attention_point.intake.draft import VisitDraft, read_draft
from attention_point.intake.family.guardians import find_age
from attention_point.intake.follow_up.repeated_needs import OpenReferral, list_open_referrals
from attention_point.intake.form.consent_questions import PURPOSE_LABELS
from attention_point.intake.form.facts_summary import describe_facts
from attention_point.intake.form.person_summary import (
    describe_guardian,
    describe_household,
    describe_person,
    label_codes,
)
from attention_point.intake.pages.check_page import decisions, referral_cards
from attention_point.intake.pages.check_page.checked_people import CheckedPerson
from attention_point.intake.pages.check_page.doubts import list_doubts
from attention_point.intake.pages.check_page.shared_words import (
    list_shared_guidance,
    list_shared_rows,
    list_shared_words,
)
from attention_point.intake.pages.likely_people import SAME_PERSON, build_person_question, require_person_choice
from attention_point.intake.planning import plan_visit
from attention_point.people.records import DecryptedPerson, format_full_name
from attention_point.routing.answers import ASKS_FOR_CHILD


def render_confirmation_page(
    session: Session,
    draft_id: UUID,
    people: Sequence[CheckedPerson],
    fields: decisions.Fields,
    *,
    is_sent: bool,
    lists_services: bool,
) -> str:
    """The page as HTML. ``fields`` are those of the draft; once they were sent, the page says what is wrong.

    ``lists_services``: with the list of further services that the agent may add.

    Raises Invalid when something is wrong with the form, NotFound or DamagedPerson for a chosen person.
    """
    chosen_people = [person.open_chosen_person(session) for person in people]
    errors: dict[str, str] = {}
    for person, chosen_person in zip(people, chosen_people, strict=True) if is_sent else ():
        errors |= _find_errors(session, person, fields, chosen_person)
    sections = [
        _describe_person(session, person, fields, chosen_person, lists_services=lists_services)
        for person, chosen_person in zip(people, chosen_people, strict=True)
    ]
    shared_rows = list_shared_rows([section["rows"] for section in sections])
    for section in sections:
        section["rows"] = [row for row in section["rows"] if row not in shared_rows]
    cards_by_person = [section["cards"] for section in sections]
    shared_words = list_shared_words(cards_by_person)
    return render_template(
        "desk/check.html",
        shared_rows=shared_rows,
        draft_id=draft_id,
        people=sections,
        shared_words=shared_words,
        shared_guidance=list_shared_guidance(cards_by_person, shared_words),
        refer_all_count=sum(section["refer_all_count"] for section in sections),
        posted=fields,
        errors=errors,
        error_links=list(_list_error_links(errors, sections)),
    )


def _list_error_links(errors: Mapping[str, str], sections: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The place on the page of each error, and its sentence. An error that has none stands at the referrals."""
    places = {f"{SAME_PERSON}-{section['number']}": "" for section in sections} | {
        decisions.name_field(kind, section["number"], card.code): f"{card.service}: "
        for section in sections
        for card in section["cards"]
        for kind in (decisions.DECISION, decisions.REASON)
    }
    for field, message in errors.items():
        yield (field if field in places else "suggestions-0"), places.get(field, "") + message


def refer_everybody(session: Session, people: Sequence[CheckedPerson], fields: decisions.Fields) -> None:
    """Decide to refer everybody to whatever the rules suggest; what is confidential stays undecided."""
    for person in people:
        chosen_person = person.open_chosen_person(session)
        open_services = _list_open_referrals(session, chosen_person)
        services = decisions.list_for_refer_all(person.plan(session, chosen_person).suggestions)
        decisions.refer_all(fields, person.number, [service for service in services if service not in open_services])


def _find_errors(
    session: Session, person: CheckedPerson, fields: decisions.Fields, chosen_person: DecryptedPerson | None
) -> dict[str, str]:
    try:
        draft = read_draft(decisions.add_decisions(person, fields))
        require_person_choice(session, current_actor(), person)
        plan_visit(session, draft, chosen_person)
    except Invalid as error:
        return dict(decisions.place_field_errors(error, person.number, fields))
    return {}


def _describe_person(
    session: Session,
    person: CheckedPerson,
    fields: decisions.Fields,
    chosen_person: DecryptedPerson | None,
    *,
    lists_services: bool,
) -> dict[str, Any]:
    draft, plan = person.draft, person.plan(session, chosen_person)
    added_services = decisions.list_added_services(fields, person.number)
    open_referrals = _list_open_referrals(session, chosen_person)
    notices = [
        notice
        for notice in plan.notices
        # The child for whom an adult asks came along, and is referred with the need of her or his own.
        if notice.rule != ASKS_FOR_CHILD or not _has_child_with_need(person, notice.need)
    ]
    # A child of whom somebody tells must not be forgotten because she or he did not come along.
    asked_needs = {notice.need for notice in notices if notice.rule == ASKS_FOR_CHILD}
    return {
        "number": person.number,
        "name": format_full_name(draft.person_fields) or _("No name given"),
        "rows": [*describe_person(draft.person_fields), *_describe_visit(session, draft)],
        "doubts": list_doubts(person, plan),
        "question": build_person_question(session, current_actor(), person, chosen_person),
        "notices": [referral_cards.describe_notice(session, notice) for notice in notices],
        "cards": referral_cards.build_cards(session, draft, plan, added_services, asked_needs),
        "open_referrals": open_referrals,
        "addable_services": referral_cards.list_addable_services(
            session, draft, plan, asked_needs.union(added_services)
        )
        if lists_services
        else [],
        "refer_all_count": len(set(decisions.list_for_refer_all(plan.suggestions)).difference(open_referrals)),
    }


def _has_child_with_need(person: CheckedPerson, need: str) -> bool:
    others = [draft for draft in person.family if draft is not person.draft and need in draft.needs]
    return any(is_minor(find_age(draft)) or draft.person.relation == "child" for draft in others)


def _list_open_referrals(session: Session, chosen_person: DecryptedPerson | None) -> Mapping[str, OpenReferral]:
    return list_open_referrals(session, current_actor(), chosen_person.id) if chosen_person else {}


def _describe_visit(session: Session, draft: VisitDraft) -> Iterator[tuple[str, str]]:
    yield _("Date of the visit"), format_datetime(draft.attended_at)
    yield _("What the person needs"), referral_cards.describe_needs(session, draft)
    if draft.vulnerabilities:
        yield _("Situations to take into account"), label_codes("vulnerabilities", draft.vulnerabilities)
    yield from describe_facts(session, draft.facts.model_dump(mode="json"))
    yield from describe_household(draft.household.model_dump())
    answers = [
        f"{_(PURPOSE_LABELS[consent.purpose])}: {_('Yes') if consent.granted else _('No')}"
        for consent in draft.consents
        if consent.purpose in PURPOSE_LABELS
    ]
    if answers:
        yield _("Consents"), " · ".join(answers)
    if draft.guardian:
        yield _("Who authorises"), describe_guardian(draft.guardian.model_dump())
    if draft.notes:
        yield _("Notes"), draft.notes
