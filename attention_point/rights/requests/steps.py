"""The steps of a request after its receipt: asking for what is missing, putting off, transferring, deciding."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import Conflict, FieldError, Invalid
from attention_point.foundation.language import format_date
from attention_point.foundation.language import gettext as _
from attention_point.people import merging
from attention_point.people.claim_marks.marks import Mark, remove_mark, set_mark
from attention_point.rights.requests import carrying_out, stored_requests
from attention_point.rights.requests.identity_proof import StatedFacts, check_facts
from attention_point.rights.requests.services import (
    KINDS_ABOUT_SOMEBODY_ON_FILE,
    LONGEST_TEXT,
    build_step,
    check_proof,
    require_person_on_file,
)
from attention_point.rights.requests.stored_requests import GRANTED, PARTLY, REFUSED, StoredRequest

NOT_PROVED = "not_proved"


@dataclass(frozen=True, slots=True)
class Decision:
    """How a request is answered: the outcome, the grounds of what is refused, and the answer in plain words.

    ``erases_too``: with a revocation of everything the data are erased as well.
    """

    outcome: str
    grounds: Sequence[str]
    text: str
    erases_too: bool = False


def ask_for_completion(session: Session, actor: Actor, request_id: UUID, version: int, missing: str) -> StoredRequest:
    """Note that what is missing was asked for; the term stands still until it comes. Once, and for claims alone.

    Raises NotFound, Conflict, and Invalid without words.
    """
    request = stored_requests.lock_request(session, request_id, version)
    if not request.is_claim or request.note.get("asked_on"):
        raise Conflict(_("What is missing can be asked for once, and only of a claim."))
    missing = _require_text("missing", missing, _("Write what is missing, in plain words."))
    remove_mark(session, request.id)  # the record carries it from the complete claim on (Ley 1581, art. 15.2)
    changes = {"state": stored_requests.INCOMPLETE, "asked_on": clock.today().isoformat()}
    return _take_step(session, actor, request, "asked", changes, {"missing": missing})


def complete_request(
    session: Session, actor: Actor, request_id: UUID, version: int, completed_on: date | None
) -> StoredRequest:
    """Note the day on which what was missing came: the term begins on the day after. Raises as the step before."""
    request = stored_requests.lock_request(session, request_id, version)
    if request.state != stored_requests.INCOMPLETE:
        raise Conflict(_("Nothing was asked for."))
    asked_on = date.fromisoformat(request.note["asked_on"])
    if completed_on is None or not asked_on <= completed_on <= clock.today():
        raise Invalid.of_field(
            "completed_on",
            _("Write the day on which it came: from %(first)s until today.", first=format_date(asked_on)),
        )
    if request.person is not None:
        # From the complete claim on the record carries it again, at once and not after the two days of the law.
        set_mark(session, request.id, request.person, Mark(completed_on, request.kind))
    changes = {"state": stored_requests.OPEN, "completed_on": completed_on.isoformat()}
    return _take_step(session, actor, request, "completed", changes)


def extend_term(
    session: Session, actor: Actor, request_id: UUID, version: int, until: date | None, reason: str
) -> StoredRequest:
    """Put the term off once, before it ends, with the reasons and the day of the answer (Ley 1581, arts. 14, 15.3)."""
    request = stored_requests.lock_request(session, request_id, version)
    clock_of_request = request.clock
    due_on, latest = clock_of_request.due_on, clock_of_request.latest_extension
    if due_on is None or latest is None or request.note.get("extended_to"):
        raise Conflict(_("The term can be put off once, while it runs."))
    # Who asks is told of the delay before the term ends, or it is no lawful delay (arts. 14 and 15.3).
    if clock.today() > due_on:
        raise Conflict(_("The term ended on %(day)s: it cannot be put off any more.", day=format_date(due_on)))
    errors = []
    if until is None or not due_on < until <= latest:
        message = _(
            "Choose a day after %(due)s, at the latest %(latest)s.", due=format_date(due_on), latest=format_date(latest)
        )
        errors.append(FieldError("until", message))
    errors += _check_text("reason", reason, _("Write why it takes longer. Who asked reads it."))
    if until is None or errors:
        raise Invalid(_("Some fields need attention."), tuple(errors))
    changes = {"extended_to": until.isoformat()}
    return _take_step(
        session, actor, request, "extended", changes, {"extension_reason": texts.clean_text(reason, lines=True)}
    )


def transfer_request(
    session: Session, actor: Actor, request_id: UUID, version: int, receiver: str, reason: str
) -> StoredRequest:
    """Note that a request was forwarded to whom it belongs, and close it; who asked is told (art. 15, paragraph)."""
    request = stored_requests.lock_request(session, request_id, version)
    errors = [
        *_check_text("receiver", receiver, _("Write to whom it was forwarded.")),
        *_check_text("transfer_reason", reason, _("Write why it belongs there.")),
    ]
    if errors:
        raise Invalid(_("Some fields need attention."), tuple(errors))
    words = {
        "receiver": texts.clean_text(receiver, lines=True),
        "transfer_reason": texts.clean_text(reason, lines=True),
    }
    return _close_request(session, actor, request, stored_requests.TRANSFERRED, "transferred", words)


def withdraw_request(session: Session, actor: Actor, request_id: UUID, version: int) -> StoredRequest:
    """Note that who asked does not want it any more."""
    request = stored_requests.lock_request(session, request_id, version)
    return _close_request(session, actor, request, stored_requests.WITHDRAWN, "withdrawn")


def lapse_request(session: Session, request: StoredRequest) -> StoredRequest:
    """Close a claim of which nobody sent what was missing for two months (Ley 1581, art. 15.1)."""
    # Read again under the lock: what was missing may have come since the job looked.
    locked = stored_requests.lock_request(session, request.id, request.version)
    return _close_request(session, SYSTEM, locked, stored_requests.LAPSED, "lapsed")


def silence_request(session: Session, actor: Actor, request_id: UUID, version: int) -> StoredRequest:
    """Note that nobody may write or call: the answer is handed over at the point, and the address is forgotten."""
    request = stored_requests.lock_request(session, request_id, version)
    # The address goes too: it was given for a letter that must never come.
    return _take_step(
        session, actor, request, "silenced", {"is_silent": True, "answer_way": "in_person"}, {"address": ""}
    )


def prove_identity(
    session: Session, actor: Actor, request_id: UUID, version: int, proof: str, stated: StatedFacts
) -> StoredRequest:
    """Note how it was proved who asks. Raises Invalid where it was not."""
    request = stored_requests.lock_request(session, request_id, version)
    # “None” says at the receipt that the proof is still owed: it is no way of giving it.
    if not get_code_list("rights_proofs").has_code(proof) or proof == "none":
        raise Invalid.of_field("proof", _("Choose how it was proved who asks."))
    for error in check_proof(request.note["asker"], proof):
        raise Invalid(error.message, (error,))
    facts = []
    if proof == "slip_and_facts":
        if request.person is None:
            raise Invalid.of_field("proof", _("Look for the person first: the facts are compared with their record."))
        facts = check_facts(session, actor, merging.list_linked(session, request.person), stated)
    return _take_step(session, actor, request, "proved", {"proof": proof, "facts": facts})


def assign_request(session: Session, actor: Actor, request_id: UUID, version: int, person: UUID) -> StoredRequest:
    """Join a request that came by the web to the record of the person whom it is about.

    From here on its words stand under the person's key, and a claim marks the record. Until it is proved who asks it
    may be joined to another one. Raises NotFound, and Conflict once it is proved and for somebody who was erased.
    """
    request = stored_requests.lock_request(session, request_id, version)
    if not request.can_be_joined or request.person == person or request.words is None:
        raise Conflict(_("This request is joined to a record already."))
    require_person_on_file(session, person)
    remove_mark(session, request.id)  # of the record to which it was joined by mistake
    if request.is_claim and request.state == stored_requests.OPEN:
        set_mark(session, request.id, person, Mark(request.received_on, request.kind))
    # Who proved to be somebody before has not proved to be this person: a husband has papers too.
    changes = {"person": person.hex, "proof": "none", "facts": []}
    return _take_step(session, actor, request, "assigned", changes)


def decide_request(session: Session, actor: Actor, request_id: UUID, version: int, decision: Decision) -> StoredRequest:
    """Answer a request and do what was granted: recall referrals, store a revocation, erase the person.

    Raises NotFound, Conflict where the claim is incomplete, and Invalid for what is missing in the answer and where it
    was not proved who asks.
    """
    request = stored_requests.lock_request(session, request_id, version)
    # An answer to half a claim would close it while the person still looks for the other half.
    if request.state == stored_requests.INCOMPLETE:
        raise Conflict(_("What is missing has not come yet. Note the day on which it came, or withdraw the request."))
    errors = tuple(_check_decision(decision))
    if errors:
        raise Invalid(_("Some fields need attention."), errors)
    is_granted = decision.outcome in {GRANTED, PARTLY}
    # A refusal needs no proof: it gives nothing away, and who can prove nothing is owed an answer all the same.
    if is_granted and not request.is_proved:
        raise Invalid.of_field(
            "outcome", _("First note how it was proved who asks: nobody else may get or change these data.")
        )
    # Every other ground tells whether somebody is on file, and that may be all that a violent partner wants to know.
    if not request.is_proved and set(decision.grounds) != {NOT_PROVED}:
        raise Invalid.of_field(
            "grounds",
            _(
                "It is not proved who asks: choose “It could not be proved that who asks may ask”, and nothing else. "
                "The answer must not tell whether somebody is on file."
            ),
        )
    if is_granted and request.person is None and request.kind in KINDS_ABOUT_SOMEBODY_ON_FILE:
        raise Invalid.of_field(
            "outcome", _("First join the request to a record. Is nobody on file? Refuse it: no data are kept here.")
        )
    # In the same transaction: an answer that says what was not done would be worse than none.
    done = carrying_out.carry_out(session, actor, request) if is_granted else {}
    changes = {"outcome": decision.outcome, "grounds": list(decision.grounds), "done": done}
    words = {"decision_text": texts.clean_text(decision.text, lines=True)}
    decided = _close_request(session, actor, request, stored_requests.DECIDED, "decided", words, changes)
    takes_all_back = request.kind == "revocation" and "*" in request.note["purposes"] and decision.erases_too
    if is_granted and (request.kind == "erasure" or takes_all_back) and request.person is not None:
        # Last: the note of the request loses its words with the person's key.
        carrying_out.erase_person_of_request(session, actor, request)
        return stored_requests.get_request(session, request.id)
    return decided


def _check_decision(decision: Decision) -> Iterator[FieldError]:
    if not get_code_list("rights_outcomes").has_code(decision.outcome):
        yield FieldError("outcome", _("Choose how it is answered."))
    known_grounds = get_code_list("rights_grounds")
    if any(not known_grounds.has_code(ground) for ground in decision.grounds):
        yield FieldError("grounds", _("Choose from the list."))
    # Whoever is refused can contest only a ground that is named.
    if decision.outcome in {PARTLY, REFUSED} and not decision.grounds:
        yield FieldError("grounds", _("Choose why it is refused, or a part of it."))
    yield from _check_text("text", decision.text, _("Write the answer in plain words."))


def _check_text(field: str, text: str, missing_message: str) -> list[FieldError]:
    if not text.strip():
        return [FieldError(field, missing_message)]
    if len(text) > LONGEST_TEXT:
        return [FieldError(field, _("This is too long."))]
    return [] if texts.is_fit_text(text, lines=True) else [FieldError(field, _(texts.UNFIT_CHARACTERS))]


def _require_text(field: str, text: str, missing_message: str) -> str:
    errors = _check_text(field, text, missing_message)
    if errors:
        raise Invalid(errors[0].message, tuple(errors))
    return texts.clean_text(text, lines=True)


def _close_request(
    session: Session,
    actor: Actor,
    request: StoredRequest,
    state: str,
    step: str,
    words: Mapping[str, str] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> StoredRequest:
    # However it ended, nothing on the record is disputed any more, and nobody must be told that it is.
    remove_mark(session, request.id)
    all_changes = {**(changes or {}), "state": state, "closed_on": clock.today().isoformat()}
    return _take_step(session, actor, request, step, all_changes, words)


def _take_step(
    session: Session,
    actor: Actor,
    request: StoredRequest,
    step: str,
    changes: Mapping[str, Any],
    words: Mapping[str, str] | None = None,
) -> StoredRequest:
    note = {**request.note, **changes, "steps": [*request.note["steps"], build_step(actor, step)]}
    new_words = {**(request.words or {}), **words} if words else None
    saved = stored_requests.save_request(session, request, note, new_words)
    action = "rights.decide" if step == "decided" else "rights.step"
    # Not which step: that a claim was transferred or a term put off is nobody's business in clear.
    journal.record(session, actor, action, "rights-request", request.id)
    return saved
