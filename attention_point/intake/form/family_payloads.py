"""From the rows of the form to the drafts of everybody who came together."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.dates import find_possible_ages, parse_partial_date
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.intake.consents.consent_rules import is_minor
from attention_point.intake.draft import VisitDraft, read_draft
from attention_point.intake.family.guardians import complete_family
from attention_point.intake.family.links import check_family_drafts, derive_id, name_person
from attention_point.intake.form.companions import (
    COMMON_FACTS,
    COMMON_FIELDS,
    KIN,
    OWN_FIELDS,
    CompanionForm,
    FamilyForm,
    list_chosen_rows,
    read_row_number,
)
from attention_point.intake.form.situation_questions import read_facts
from attention_point.intake.form.typed_values import drop_blank_values, read_birth
from attention_point.intake.form.visit_form import build_payload

PROTECTION_NEED = "NNA-PROT"
_INHERITED_PATHS = frozenset(
    {
        "attended_at",
        "arrived_at",
        *(f"person.{name}" for name in COMMON_FIELDS),
        *(f"facts.{name}" for name in COMMON_FACTS),
    }
)


def read_completed_payloads(payloads: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], VisitDraft]]:
    """The payloads of everybody with what follows from their relations, each with its draft.

    Raises Invalid with the errors of everybody; those of the main person have the paths of her own draft.
    """
    return [
        ({**payload, **draft.model_dump(mode="json", exclude_none=True, include={"guardian", "household"})}, draft)
        for payload, draft in zip(payloads, complete_family(_read_drafts(payloads)), strict=True)
    ]


def _read_drafts(payloads: Sequence[dict[str, Any]]) -> list[VisitDraft]:
    drafts: list[VisitDraft] = []
    errors: list[FieldError] = []
    for index, payload in enumerate(payloads):
        try:
            drafts.append(read_draft(payload))
        except Invalid as error:
            # What a row has from the main person is told once, beside the field in which it was typed.
            inherited_paths = _INHERITED_PATHS.intersection(fault.field for fault in errors)
            new_errors = [fault for fault in error.field_errors if fault.field not in inherited_paths]
            errors += name_person(index, new_errors) if index else new_errors
    if errors:
        raise Invalid(_("Some fields need attention."), tuple(errors))
    check_family_drafts(drafts)
    return drafts


def _read_visit_id(text: Any) -> UUID:
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        raise Invalid.of_field("id", _("This is not a valid identifier.")) from None


def build_family_payloads(session: Session, form: FamilyForm) -> list[dict[str, Any]]:
    """The typed values of everybody, each in the shape of a draft, the main person's first."""
    main = build_payload(form)
    guardian = read_guardian(form)
    main |= {"guardian": guardian} if guardian else {}
    rows = list_chosen_rows(form)
    if not rows:
        return [main]
    day, visit_id = _read_day(main["attended_at"]), _read_visit_id(main["id"])
    main["family"] = str(derive_id(session, visit_id, 0))
    main["person"]["relation"] = "self"
    children = [row for row in rows if _is_child(row, day)]
    # Where there are rows, they say how many came; nobody counts them a second time.
    main["household"] |= {"adults": len(rows) - len(children), "children": len(children)}
    protected_rows = _list_protected_rows(form, children, main, day)
    return [
        main,
        *(
            # By the number of the row, which stays while rows before it are taken out.
            _build_row_payload(
                entry.form,
                main,
                str(derive_id(session, visit_id, read_row_number(entry))),
                form,
                day,
                is_protected=entry.form in protected_rows,
            )
            for entry in form.companions
            if entry.form.is_chosen
        ),
    ]


def _list_protected_rows(
    form: FamilyForm, children: Sequence[CompanionForm], main: Mapping[str, Any], day: date | None
) -> Sequence[CompanionForm]:
    # An adult who asks for child protection asks for a child: for the one whose row says so, else for all who came.
    is_for_child = PROTECTION_NEED in main["needs"] and not _is_child_by_birth(form.birth_date.data, day)
    is_said = any(row.same_needs.data or PROTECTION_NEED in (row.needs.data or ()) for row in children)
    return children if is_for_child and not is_said else ()


def _build_row_payload(
    row: CompanionForm,
    main: Mapping[str, Any],
    visit_id: str,
    form: FamilyForm,
    day: date | None,
    *,
    is_protected: bool,
) -> dict[str, Any]:
    kin = KIN.get(row.kin.data or "")
    person: dict[str, Any] = {name: (row[name].data or "").strip() for name in OWN_FIELDS}
    person |= {**read_birth(row.birth_date.data), "sex": row.sex.data or (kin.sex if kin else None)}
    person["documents"] = _read_documents(row.document_type.data, row.document_number.data)
    if not row.person_id.data:
        common = {name: main["person"].get(name) for name in COMMON_FIELDS}
        person = {**common, **drop_blank_values(person)}
    person |= {"id": row.person_id.data} if row.person_id.data else {"new": True}
    needs = [
        *([PROTECTION_NEED] if is_protected else ()),
        *(main["needs"] if row.same_needs.data else ()),
        *(row.needs.data or ()),
    ]
    guardian = read_guardian(row) or _read_custody(row, main)
    return {
        "id": visit_id,
        "point": main["point"],
        "attended_at": main["attended_at"],
        "arrived_at": main["arrived_at"],
        "person": {**drop_blank_values(person), "relation": kin.relation if kin else "other"},
        "needs": list(dict.fromkeys(needs)),
        "facts": _read_facts(row, main),
        "consents": list(_list_consents(row, main, form, is_child=_is_child(row, day))),
        "family": main["family"],
        "turn": main["turn"],
        **({"guardian": guardian} if guardian else {}),
    }


def _read_facts(row: CompanionForm, main: Mapping[str, Any]) -> dict[str, Any]:
    # Who came together entered together, unless the row says otherwise; a baby who was born here never entered.
    names = () if row.live_birth_certificate.data else COMMON_FACTS
    names = (*names, "child_with_permit") if row.kin.data == "partner" else names
    return {**{name: main["facts"][name] for name in names if name in main["facts"]}, **read_facts(row)}


def _list_consents(
    row: CompanionForm, main: Mapping[str, Any], form: FamilyForm, *, is_child: bool
) -> Iterator[dict[str, Any]]:
    # For a child the guardian has answered at the main person; an adult answers for herself.
    text = {"text_version": form.text_version.data or "", "language": form.text_language.data or None}
    own_answer = row.attention.data if row.attention.data in {"yes", "no"} else None
    if own_answer:
        yield {"purpose": "attention", "granted": own_answer == "yes", **text}
    if is_child:
        inherited = {"contact"} if own_answer else {"attention", "contact"}
        yield from (consent for consent in main["consents"] if consent["purpose"] in inherited)
    if is_child and form.children_research.data:
        yield {"purpose": "research", "granted": True, **text}


def read_guardian(row: Any) -> dict[str, Any] | None:
    """Who authorises for the child of a row, or for the main person of a form; None where nothing was typed."""
    documents = _read_documents(row.guardian_document_type.data, row.guardian_document_number.data)
    name, relation = (row.guardian_name.data or "").strip(), row.guardian_relation.data or ""
    if not (name or relation or documents):
        return None
    # The draft says what is missing: a name without a right, or a right without a name.
    return {"name": name, "relation": relation, **({"document": documents[0]} if documents else {})}


def _read_custody(row: CompanionForm, main: Mapping[str, Any]) -> dict[str, Any] | None:
    name = " ".join(filter(None, (main["person"].get(part) for part in ("given_names", "surname_1", "surname_2"))))
    if not (row.has_custody.data and name):
        return None
    documents = main["person"].get("documents") or []
    return {"name": name, "relation": "custodian", **({"document": documents[0]} if documents else {})}


def _read_documents(document_type: str | None, number: str | None) -> list[dict[str, Any]]:
    number = (number or "").strip()
    if not (document_type or number):
        return []
    return [drop_blank_values({"type": document_type or "", "number": number}, "type")]


def _is_child(row: CompanionForm, day: date | None) -> bool:
    is_child = _is_child_by_birth(row.birth_date.data, day)
    # Somebody's daughter or son without an age is taken for a child.
    return row.kin.data in {"daughter", "son"} if is_child is None else is_child


def _is_child_by_birth(typed_birth: str | None, day: date | None) -> bool | None:
    birth = read_birth(typed_birth)
    if "age" in birth:
        return is_minor(birth["age"])
    try:
        ages = find_possible_ages(parse_partial_date(birth["birth_date"] or ""), day) if day else None
    except ValueError:  # the draft says what is wrong with it
        ages = None
    return is_minor(ages[0]) if ages else None


def _read_day(moment: str) -> date | None:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None
