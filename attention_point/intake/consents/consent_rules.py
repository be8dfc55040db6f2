"""What a person allows, and what follows from it. Silence is no consent (Decreto 1074 de 2015, 2.2.2.25.2.4).

Counting needs no consent: it stands on the public function (Ley 1581 de 2012, art. 10 a and d; Ley 79 de 1993; Ley 2136
de 2021, art. 45). A draft may still carry an answer about ``statistics``, from a program or a text of before: it is
kept as it was given, and nothing follows from it.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from attention_point.foundation.language import N_
from attention_point.intake.draft import VisitDraft
from attention_point.person_fields import ASKED_FIELDS
from attention_point.routing.rule_types import Suggestion

# Codes of the list ``legal_bases``, stored with each visit.
CONSENT, EARLIER_CONSENT, CHILD_PROTECTION = "consent", "earlier_consent", "child_protection"
ON_FILE, NOT_KEPT = "on_file", "not_kept"
PUBLIC_FUNCTION = "public_function"
IDENTITY_BASES = frozenset({CONSENT, EARLIER_CONSENT, CHILD_PROTECTION})
NAMING_FIELDS = frozenset(field.name for field in ASKED_FIELDS if field.names_person)
ADULT_AGE = 18  # years

# Stored with visits: see the warnings of ``people/rules.py``.
REFUSED = N_(
    "The person said no to being put on file: the name, the identity documents and the telephone will not be saved."
)
UNANSWERED = N_(
    "Nobody has said yes to being put on file. Without it the name, the identity documents and the telephone are not "
    "saved. Ask the person."
)
NOT_ADDED = N_(
    "Without a yes to being put on file, no new name, identity document or telephone is added to the record of this "
    "person."
)
GUARDIAN_MISSING = N_(
    "Nobody is named who authorises for this child, so the name and the documents will not be kept. Write who it is: "
    "the mother, the father or who has custody."
)
REFERRALS_OFF = N_(
    "Without the name of who authorises for this child, no data go to any entity, except to protect the child. Give "
    "guidance, or write who authorises."
)
RESEARCH_OFF = N_(
    "University studies stay off: for somebody under 18, the mother, the father or whoever has custody must say yes."
)


def find_consent(draft: VisitDraft, purpose: str) -> bool | None:
    """The answer about a purpose; None where there is none."""
    return next((consent.granted for consent in draft.consents if consent.purpose == purpose), None)


def has_consent_for(draft: VisitDraft, entity: str) -> bool:
    """Whether the person agreed that their data go to this entity. A refusal by name outweighs a general yes."""
    named_answer = find_consent(draft, f"referral:{entity}")
    return bool(find_consent(draft, "referral:*")) if named_answer is None else named_answer


def allows_referral(draft: VisitDraft, referral: Suggestion, age: int | None) -> bool:
    """Whether a referral may be made by consent: for a minor only by that of the guardian.

    What is urgent, and what protects from violence or trafficking, does not wait for a guardian: the child's vital
    interest comes first (Ley 1581 de 2012, arts. 6 b and 7), and who should authorise may be whom the child fears.
    """
    return has_consent_for(draft, referral.entity) and not list_waiting_for_guardian(draft, [referral], age)


def list_waiting_for_guardian(draft: VisitDraft, referrals: Iterable[Suggestion], age: int | None) -> list[Suggestion]:
    """The referrals of a child that only a guardian may allow, where none is named."""
    if not needs_guardian(draft, age):
        return []
    return [referral for referral in referrals if not (referral.mandatory or referral.urgent or referral.restricted)]


def is_minor(age: int | None) -> bool:
    """Whether an age in years is under 18. An unknown age is not taken for a child's."""
    return age is not None and age < ADULT_AGE


def needs_guardian(draft: VisitDraft, age: int | None) -> bool:
    """Whether nobody is named who authorises for this child: then what was authorised counts as nothing.

    The representative authorises (Ley 1581 de 2012, art. 7; Decreto 1074 de 2015, 2.2.2.25.2.9).
    """
    return is_minor(age) and draft.guardian is None


def find_identity_basis(
    draft: VisitDraft, referrals: Iterable[Suggestion], earlier_consents: Collection[str], age: int | None
) -> str:
    """On what the keeping of the person's identity stands: one of the codes above.

    ``earlier_consents`` are the purposes that a chosen person allowed before. ``CHILD_PROTECTION``: a mandatory path is
    followed, and the child's best interest comes first (Ley 1581 de 2012, art. 7). ``ON_FILE``: a person on file whom
    the agent chose stays on file, and nothing that identifies is added.
    """
    if find_consent(draft, "attention") and not needs_guardian(draft, age):
        return CONSENT
    if find_consent(draft, "attention") is None and "attention" in earlier_consents:
        return EARLIER_CONSENT
    if any(referral.mandatory for referral in referrals):
        return CHILD_PROTECTION
    return ON_FILE if draft.person.id else NOT_KEPT


def build_legal_basis(identity_basis: str) -> dict[str, str]:
    """The legal basis of a visit, as its record keeps it: of the identity, and of the counting."""
    return {"identity": identity_basis, "figures": PUBLIC_FUNCTION}


def list_consent_warnings(
    draft: VisitDraft, identity_basis: str, age: int | None, waiting_for_guardian: Iterable[Suggestion] = ()
) -> list[tuple[str, str, Mapping[str, Any]]]:
    """The warnings about what will not be kept or used for lack of a consent, before anything is saved."""
    warnings: list[tuple[str, str, Mapping[str, Any]]] = []
    if identity_basis not in IDENTITY_BASES and states_identity(draft):
        answer = find_consent(draft, "attention")
        if answer and needs_guardian(draft, age):
            warnings.append(("guardian.name", GUARDIAN_MISSING, {}))
        elif identity_basis == ON_FILE:
            warnings.append(("consents", NOT_ADDED, {}))
        else:
            warnings.append(("consents", UNANSWERED if answer is None else REFUSED, {}))
    if any(has_consent_for(draft, referral.entity) for referral in waiting_for_guardian):
        warnings.append(("guardian.name", REFERRALS_OFF, {}))
    if find_consent(draft, "research") and not allows_research(age, draft.guardian):
        warnings.append(("consents", RESEARCH_OFF, {}))
    return warnings


def states_identity(draft: VisitDraft) -> bool:
    """Whether the draft says a name, an identity document or a telephone."""
    return any(getattr(draft.person, name) for name in NAMING_FIELDS)


def allows_research(age: int | None, guardian: object) -> bool:
    """Whether a yes to university studies counts: for a minor only with the guardian who said it (Ley 1581, art. 7).

    ``guardian`` is the guardian that the visit records, or None. Somebody of unknown age is taken for an adult.
    """
    return not is_minor(age) or bool(guardian)


def list_withheld_fields(
    draft: VisitDraft, referral: Suggestion, entity_fields: Iterable[str], *, may_call: bool
) -> tuple[str, ...]:
    """The data that a referral does not show its entity, whatever the service declares.

    ``entity_fields`` are those that this entity gets only if the person asks for them. A telephone goes to nobody
    whom the person did not allow to call; a mandatory path, which protects a child, is not held up by that.
    """
    requested_fields = _list_requested_fields(draft, referral.entity)
    withheld_fields = {field for field in entity_fields if field not in requested_fields}
    if not referral.mandatory and not may_call:
        withheld_fields |= {"phone"} - requested_fields
    return tuple(sorted(withheld_fields))


def _list_requested_fields(draft: VisitDraft, entity: str) -> frozenset[str]:
    # What the person asked to send to this entity besides what it usually gets.
    return frozenset(
        field
        for consent in draft.consents
        if consent.purpose == f"referral:{entity}" and consent.granted
        for field in consent.extra_fields or ()
    )
