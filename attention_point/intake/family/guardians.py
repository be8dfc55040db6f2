"""Who authorises for a child, and what to check when people come together. Warnings block nothing.

The representative of somebody under 18 authorises: the mother, the father or who has custody (Ley 1581 de 2012, art. 7;
Decreto 1074 de 2015, art. 2.2.2.25.2.9). An authorisation in which nobody is named counts as none.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from attention_point.foundation.language import N_
from attention_point.intake.consents.consent_rules import is_minor
from attention_point.intake.draft import VisitDraft
from attention_point.intake.draft_types.parts import Guardian
from attention_point.people import records as people_records
from attention_point.person_fields import NAME_FIELDS
from attention_point.routing.answers import ASKS_FOR_CHILD
from attention_point.routing.rule_types import Notice

FamilyWarning = tuple[str, str, Mapping[str, Any]]
"""A field, a message id and its values."""

LEAST_DIFFERENCE = timedelta(days=10 * 365)  # between the births of parent and child
_PARENTS_BY_SEX = {"F": "mother", "M": "father"}
REPRESENTATIVES = frozenset({"mother", "father", "parent", "custodian", "authority"})
_ADULT_ANCESTORS = frozenset({"parent", "grandparent"})

# Stored with visits, and translated when they are read: an id that changes leaves the old ones without translation.
NO_REPRESENTATIVE = N_(
    "By law the mother, the father or who has custody authorises for a child. Ask who has custody of this child."
)
GUARDIAN_IS_MINOR = N_(
    "Who authorises for this child is under 18. A mother or father of that age may do so for her or his own child, and "
    "needs an adult for herself or himself: without one, refer to child protection (line 141)."
)
CHILD_OLDER = N_(
    "By the birth dates this person is older than her or his parent, or nearly as old. Check both birth dates."
)
PROTECTION_OPEN = N_(
    "Somebody asked for the protection of a child, and nobody was referred. Add the child to a visit, or refer for it."
)
PARENT_YOUNGER = N_(
    "By the birth dates this person is younger than her or his child, or hardly older. Check both birth dates."
)


def check_guardian(draft: VisitDraft, age: int | None) -> Iterator[FamilyWarning]:
    """A warning where somebody authorises for the person of a draft who may not by law."""
    if is_minor(age) and draft.guardian and draft.guardian.relation not in REPRESENTATIVES:
        yield "guardian.relation", NO_REPRESENTATIVE, {}


def complete_family(drafts: Sequence[VisitDraft]) -> list[VisitDraft]:
    """The drafts of people who came together, with what follows from their relations where the draft is silent.

    A parent who came along is the guardian of her or his child, and the one with whom the child comes. A child without
    a parent or guardian is with another adult, or alone. The same drafts give the same result, and are not changed.
    """
    if len(drafts) < 2:
        return list(drafts)
    return [_complete_draft(draft, drafts) if _is_taken_for_child(draft) else draft for draft in drafts]


def _is_taken_for_child(draft: VisitDraft) -> bool:
    # Somebody's daughter or son without an age too: whoever came along has answered for her or him.
    age = find_age(draft)
    return draft.person.relation == "child" if age is None else is_minor(age)


def _complete_draft(draft: VisitDraft, family: Sequence[VisitDraft]) -> VisitDraft:
    parent = _find_parent(draft, family)
    changes: dict[str, Any] = {}
    if draft.guardian is None and parent is not None and (name := _format_name(parent)):
        relation = _PARENTS_BY_SEX.get(parent.person.sex or "", "parent")
        changes["guardian"] = Guardian(name=name, relation=relation, document=next(iter(parent.person.documents), None))
    if draft.household.accompanied_by is None:
        company = _find_company(draft, parent, family)
        changes["household"] = draft.household.model_copy(update={"accompanied_by": company})
    return draft.model_copy(update=changes)


def _find_parent(draft: VisitDraft, family: Sequence[VisitDraft]) -> VisitDraft | None:
    # Relations are to the main person: her child's parent is she herself, her own and her siblings' is whoever came as
    # her parent. An adult is preferred; whether a sibling has the same parents is for the agent to say.
    wanted_relations: set[str | None] = {"parent"} if draft.person.relation in {"self", None} else set()
    if draft.person.relation == "child":
        wanted_relations = {"self", None}
    parents = [member for member in family if member is not draft and member.person.relation in wanted_relations]
    return min(parents, key=lambda member: is_minor(find_age(member)), default=None)


def _find_company(draft: VisitDraft, parent: VisitDraft | None, family: Sequence[VisitDraft]) -> str:
    if parent is not None:
        return "parent"
    if draft.guardian and draft.guardian.relation in {"custodian", "authority"}:
        return "guardian"
    # Who came without an age is taken for an adult unless she or he is somebody's child here.
    adults = [
        member
        for member in family
        if member is not draft
        and not is_minor(find_age(member))
        and (find_age(member) is not None or member.person.relation != "child")
    ]
    if any(_is_relative(draft.person.relation, member.person.relation) for member in adults):
        return "other_relative"
    return "other_adult" if adults else "alone"


def _is_relative(child_relation: str | None, adult_relation: str | None) -> bool:
    # Both relations are to the main person, whose family both are of: a grandchild or a niece of hers is
    # "other_relative", a brother "sibling". Of her partner nobody knows it.
    return not {"partner", "other"}.intersection((child_relation, adult_relation))


def _format_name(draft: VisitDraft) -> str:
    return " ".join(filter(None, (getattr(draft.person, name) for name in NAME_FIELDS)))


def check_protection(
    draft: VisitDraft, notices: Iterable[Notice], referred_needs: Collection[str]
) -> Iterator[FamilyWarning]:
    """A warning where somebody asks for the protection of a child, and nobody of the family is referred for it.

    At the desk the agent decides; a program or a tablet without network may leave it open, and nobody would notice.
    """
    settled_needs = {*referred_needs, *(declined.service for declined in draft.declined)}
    if any(notice.rule == ASKS_FOR_CHILD and notice.need not in settled_needs for notice in notices):
        yield "needs", PROTECTION_OPEN, {}


def check_family(draft: VisitDraft, family: Sequence[VisitDraft]) -> Iterator[FamilyWarning]:
    """Warnings about a person beside the others who came: ages that contradict a relation, a guardian under 18."""
    main = next((member for member in family if member.person.relation in {"self", None}), None)
    if main is None:
        return
    if draft is main:
        others = [member for member in family if member is not main]
        if any(_is_other_way_round(main, member) for member in others):
            yield "person.birth_date", PARENT_YOUNGER, {}
        return
    if _is_other_way_round(main, draft):
        message = CHILD_OLDER if draft.person.relation == "child" else PARENT_YOUNGER
        yield "person.birth_date", message, {}
    if draft.person.relation == "child" and is_minor(find_age(draft)) and is_minor(find_age(main)):
        yield "guardian.name", GUARDIAN_IS_MINOR, {}


def _is_other_way_round(main: VisitDraft, member: VisitDraft) -> bool:
    # A child who is older than the parent or nearly as old, whatever is not known of the birth dates.
    if member.person.relation == "child":
        parent, child = main.birth_span, member.birth_span
    elif member.person.relation in _ADULT_ANCESTORS:
        parent, child = member.birth_span, main.birth_span
    else:
        return False
    return parent is not None and child is not None and child.latest - parent.earliest < LEAST_DIFFERENCE


def find_age(draft: VisitDraft) -> int | None:
    """The age in whole years on the day of the attention, by what was stated; None where nothing was."""
    return people_records.find_age(draft.person_fields, draft.attended_day)
