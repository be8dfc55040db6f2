"""The page on which what was typed is checked and each suggestion is decided, and what the decisions mean."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from attention_point.directory import queries as directory
from attention_point.foundation.codelists import codelist
from attention_point.foundation.language import N_, current, format_datetime, format_number, said
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid
from attention_point.foundation.web import actor
from attention_point.foundation.web.forms import posted
from attention_point.intake.draft import VisitDraft
from attention_point.intake.forms import DeskForm
from attention_point.intake.likely_people import question
from attention_point.intake.planning import Plan, Referred, plan_visit
from attention_point.intake.words import person_rows
from attention_point.people import services as people
from attention_point.routing import queries as routing

DECISION, ENTITY, REASON, ADDITION, SUGGESTED = "decision-", "entity-", "reason-", "add", "suggested"
REFER, DECLINE = "refer", "decline"


def check_page(session: Session, draft: VisitDraft, form: DeskForm, refusal: Invalid | None = None) -> str:
    """The page. Raises Invalid when a code of the draft does not exist."""
    plan = plan_visit(session, draft)
    services, entities = directory.services_by_code(session), directory.entities_by_code(session)
    language = current()

    def card(each: Referred) -> dict[str, Any]:
        names = {code: entities[code].name[language] for code in plan.alternatives.get(each.service, (each.entity,))}
        return {
            "code": each.service,
            "service": services[each.service].name[language],
            "entity": names.get(each.entity, each.entity),
            "entity_code": each.entity,
            "entities": names,
            "reason": said(*each.sealed()["reason"]),
            "urgent": each.urgent,
            "mandatory": each.mandatory,
            "restricted": each.restricted,
            "papers_missing": each.papers_missing,
        }

    suggested = {each.service for each in plan.suggestions}
    return render_template(
        "desk/check.html",
        form=form,
        name=people.full_name(draft.person.model_dump()) or _("Without a name"),
        person_rows=person_rows(draft.person.model_dump(mode="json")),
        **question(session, actor(), draft, form),
        visit_rows=_visit_rows(session, draft),
        suggestions=[card(each) for each in plan.suggestions],
        notices=[_notice(plan, place, services) for place in range(len(plan.notices))],
        warnings=[said(message, values) for _field, message, values in plan.warnings],
        others=_others(session, draft, suggested),
        posted=posted(),
        errors=dict(_beside(refusal, posted())) if refusal else {},
    )


def _beside(refusal: Invalid, posted: MultiDict[str, str]) -> Iterator[tuple[str, str]]:
    """Each complaint with the field of this page beside which it stands."""
    declined = [service for service in posted.getlist(SUGGESTED) if posted.get(DECISION + service) == DECLINE]
    for each in refusal.fields:
        part, _dot, rest = each.field.partition(".")
        place = rest.partition(".")[0]
        known = part == "declined" and place.isdecimal() and int(place) < len(declined)
        yield (REASON + declined[int(place)] if known else each.field), each.message


def _others(session: Session, draft: VisitDraft, suggested: set[str]) -> list[tuple[str, str]]:
    """Services that the agent may add, each with the entity that answers it first."""
    names, entities, language = directory.services_by_code(session), directory.entities_by_code(session), current()
    first: dict[str, str] = {}
    for of_need in routing.offers(session).on(draft.day).values():
        for offer in of_need:
            if offer.service not in suggested and offer.entity != draft.facts.complained_of:
                first.setdefault(offer.service, offer.entity)
    return sorted(
        (
            (f"{service}:{entity}", f"{names[service].name[language]} – {entities[entity].name[language]}")
            for service, entity in first.items()
        ),
        key=lambda choice: choice[1],
    )


def _notice(plan: Plan, place: int, services: Mapping[str, Any]) -> dict[str, str]:
    notice = plan.notices[place]
    name = services[notice.need].name[current()] if notice.need in services else notice.need
    return {"need": name, "reason": said(notice.reason.msgid, notice.reason.params)}


def _visit_rows(session: Session, draft: VisitDraft) -> list[tuple[str, str]]:
    services, language = directory.services_by_code(session), current()
    rows = [(_("Date of the attention"), format_datetime(draft.attended_at))]
    rows.append((_("What the person needs"), ", ".join(services[need].name[language] for need in draft.needs)))
    situations = codelist("vulnerabilities")
    rows.append(
        (
            _("Situations to take into account"),
            ", ".join(situations.label(each, language) for each in draft.vulnerabilities),
        )
    )
    household = draft.household
    if household.adults is not None:
        rows.append((_("Adults who came along"), format_number(household.adults)))
    if household.children is not None:
        rows.append((_("Children who came along"), format_number(household.children)))
    if household.accompanied_by:
        words = codelist("accompanied_by").label(household.accompanied_by, language)
        rows.append((_("Who comes with the child"), words))
    for consent in draft.consents:
        rows.append((_(PURPOSES[consent.purpose]), _("Yes") if consent.granted else _("No")))
    if draft.notes:
        rows.append((_("Notes"), draft.notes))
    return rows


PURPOSES = {
    "attention": N_("Consents to be served"),
    "statistics": N_("Consents to statistics"),
    "research": N_("Consents to university research"),
}


def with_decisions(payload: dict[str, Any], posted: MultiDict[str, str]) -> dict[str, Any]:
    """The draft's payload with what was decided: a referral that is wanted is one that the person consents to.

    Raises Invalid when a suggestion was left undecided: a referral must not be forgotten.
    """
    decided = {service: posted.get(DECISION + service) for service in posted.getlist(SUGGESTED)}
    sentence = _("Decide whether to refer.")
    undecided = tuple(
        FieldError(DECISION + service, sentence) for service, value in decided.items() if value not in {REFER, DECLINE}
    )
    if undecided:
        raise Invalid(sentence, undecided)
    wanted = {service: posted.get(ENTITY + service, "") for service, value in decided.items() if value == REFER}
    for added in posted.getlist(ADDITION):
        service, _colon, entity = added.partition(":")
        wanted.setdefault(service, entity)
    declined = [
        {"service": service, "reason": posted.get(REASON + service) or None}
        for service, value in decided.items()
        if value == DECLINE
    ]
    version = posted.get("text_version", "")
    consents = [
        {"purpose": f"referral:{entity}", "granted": True, "text_version": version}
        for entity in sorted(set(wanted.values()))
    ]
    return {
        **payload,
        "refer": list(wanted),
        "entities": wanted,
        "declined": declined,
        "consents": [*payload["consents"], *consents],
    }
