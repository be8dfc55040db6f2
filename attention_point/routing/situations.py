"""What a situation means for the rules: who is a child, who needs protection, what a paper that was shown counts as."""

from datetime import date

from attention_point.routing.rule_types import ShownDocument, Situation

AGE_OF_MAJORITY = 18  # years; Ley 1098/2006, art. 3
# With a relative a child's rights are verified; nobody takes the child away (Ley 1098/2006, art. 52).
RELATIVES = frozenset({"other_relative"})
WITHOUT_GUARDIAN = frozenset({"other_relative", "other_adult", "alone"})
VIOLENCE_NEEDS = {"gender_violence": "VBG", "trafficking": "TRATA"}
# Every PEP counted to this day, whatever was printed on it (Decreto 216/2021, art. 17): one that counts longer is a
# PEP-Tutor (Decreto 1209/2024), which people call by the same name.
LAST_DAY_OF_PEP = date(2023, 2, 28)
# Whoever is in the register of the protection statute has asked for the permit already.
PERMIT_REGISTER = "RUMV"


def is_child(situation: Situation) -> bool:
    """Whether the person is known to be under 18."""
    return situation.age is not None and situation.age < AGE_OF_MAJORITY


def list_violence_needs(situation: Situation) -> tuple[str, ...]:
    """The needs of a victim (``VBG``, ``TRATA``): stated by the person, or noted by the agent without being asked."""
    return tuple(
        need
        for vulnerability, need in VIOLENCE_NEEDS.items()
        if need in situation.needs
        or vulnerability in situation.vulnerabilities
        or (need == "VBG" and situation.violence_within_72_hours)
    )


def needs_protection(situation: Situation) -> bool:
    """Whether child protection must know of the person (M1)."""
    # An unknown age is not taken for a child's: then only what the agent herself observed counts.
    if "unaccompanied_child" in situation.vulnerabilities:
        return True
    return is_child(situation) and (
        situation.accompanied_by in WITHOUT_GUARDIAN or bool(list_violence_needs(situation))
    )


def is_with_relative(situation: Situation) -> bool:
    """Whether a child comes with a relative and nothing else is wrong: then child protection only verifies rights."""
    return (
        is_child(situation)
        and situation.accompanied_by in RELATIVES
        and "unaccompanied_child" not in situation.vulnerabilities
        and not list_violence_needs(situation)
    )


def is_protection_for_another(situation: Situation, need: str) -> bool:
    """Whether a need is child protection, and the person who states it is known to be an adult."""
    return need == "NNA-PROT" and situation.age is not None and not is_child(situation)


def is_company_unknown(situation: Situation) -> bool:
    """Whether nobody asked about a child's company, or about the age of somebody alone: M1 could hold unseen."""
    if needs_protection(situation):
        return False
    if situation.age is None:
        return situation.accompanied_by in WITHOUT_GUARDIAN
    return is_child(situation) and situation.accompanied_by is None


def awaits_permit(situation: Situation) -> bool:
    """Whether the person has asked for a permit already and waits for it."""
    return situation.status == "in_process" or situation.registered_in == PERMIT_REGISTER


def recognise_documents(situation: Situation, day: date) -> Situation:
    """The situation with its papers as they count on the day."""
    documents = tuple(
        document._replace(type="PEPT") if _is_tutor_permit(document, day) else document
        for document in situation.documents
    )
    if situation.live_birth_certificate and all(document.type != "CN" for document in documents):
        documents = (*documents, ShownDocument("CN"))
    return situation if documents == situation.documents else situation._replace(documents=documents)


def _is_tutor_permit(document: ShownDocument, day: date) -> bool:
    return (
        document.type == "PE"
        and day > LAST_DAY_OF_PEP
        and document.expires is not None
        and document.expires > LAST_DAY_OF_PEP
    )
