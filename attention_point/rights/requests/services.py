"""Receiving a request: what is written down, the receipt's number, the mark on the record. Services never commit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, FieldError, Invalid
from attention_point.foundation.language import format_date
from attention_point.foundation.language import gettext as _
from attention_point.foundation.workdays import is_working_day
from attention_point.people import merging
from attention_point.people import queries as people_queries
from attention_point.people import records as people_records
from attention_point.people.claim_marks.marks import Mark, set_mark
from attention_point.rights.requests import stored_requests
from attention_point.rights.requests.identity_proof import StatedFacts, check_facts
from attention_point.rights.terms import LAW_IN_FORCE_SINCE, is_claim

LONGEST_TEXT = 4_000  # characters
_LONGEST_LINE = 200
CALLED_OR_WRITTEN = frozenset({"letter", "email", "phone"})
ARRIVING_WAYS = frozenset({"mail", "web"})  # they come on any day
PROOFS_BY_ASKER: Mapping[str, frozenset[str]] = {
    "person": frozenset({"document", "slip_and_facts", "known_here"}),
    # Not the birth record: whoever brings it would get, in the child's name, what is the child's alone.
    "child": frozenset({"document", "slip_and_facts", "known_here"}),
    "representative": frozenset({"power"}),
    "parent": frozenset({"kinship", "power", "slip_and_facts", "known_here"}),
    "family_defender": frozenset({"office"}),
    "authority": frozenset({"office"}),
}
"""What shows that each may ask (Decreto 1377 de 2013, art. 20): one's own identity document says nothing of another."""
KINDS_ABOUT_SOMEBODY_ON_FILE = frozenset({"rectification", "erasure", "revocation"})
"""What is asked from a record alone."""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request as it was written down. Codes are those of the lists ``rights_…``; what is blank is empty.

    ``purposes`` are those that are taken back: ``*`` stands for all of them. ``is_safe`` says that the person can be
    written to or called without danger. ``was_open`` says that the point received people on a day that is no working
    day. ``person`` is None where nobody on file is meant, or where who is meant is still to be found: ``about`` may
    help to find the record.
    """

    kind: str
    channel: str
    received_on: date | None
    asker: str
    proof: str
    person: UUID | None = None
    stated: StatedFacts = field(default_factory=lambda: StatedFacts("", {}))
    purposes: Sequence[str] = ()
    answer_way: str = "in_person"
    address: str = ""
    is_safe: bool = False
    was_open: bool = False
    asker_name: str = ""
    asker_document: str = ""
    sender: str = ""
    text: str = ""
    about: str = ""


def register_request(session: Session, actor: Actor, new: NewRequest) -> UUID:
    """File a request, and mark the record of the person where it is a claim. Returns its id.

    Raises Invalid with an error for each field, NotFound for nobody on file, and Conflict for somebody who was erased.
    """
    if errors := check_request(new):
        raise Invalid(_("Some fields need attention."), errors)
    if new.person is not None:
        require_person_on_file(session, new.person)
    facts: list[str] = []
    if new.proof == "slip_and_facts" and new.person is not None:
        facts = check_facts(session, actor, merging.list_linked(session, new.person), new.stated)
    # The id before the rest: the mark and the sealed words are bound to it.
    request_id, received_on = new_id(), new.received_on or clock.today()
    note = _build_note(new, received_on, facts, actor)
    reference = stored_requests.insert_request(session, request_id, note, _build_words(new))
    # The law bids the mark for claims alone (art. 15.2): who only asks to know disputes nothing.
    if new.person is not None and is_claim(new.kind):
        set_mark(session, request_id, new.person, Mark(received_on, new.kind))
    # Neither the kind nor the person: the journal stands in clear.
    journal.record(session, actor, "rights.register", "rights-request", request_id, reference=reference)
    return request_id


def require_person_on_file(session: Session, person: UUID) -> None:
    """Raise Conflict for somebody who was erased, and NotFound for nobody on file."""
    # Whoever was erased may still ask, and must be answered: that nothing is kept. Such a request has no record.
    row = people_queries.find_sealed_person(session, person)
    if row is not None and row.wrapped_key is None:
        raise Conflict(
            people_records.describe_erased()
            + " "
            + _("File the request without a record, and answer that no data of this person are kept here."),
            code="erased",
        )
    people_records.require_person(session, person)


def _build_note(new: NewRequest, received_on: date, facts: Sequence[str], actor: Actor) -> dict[str, Any]:
    return {
        "kind": new.kind,
        "channel": new.channel,
        "received_on": received_on.isoformat(),
        "asker": new.asker,
        "proof": new.proof,
        "facts": list(facts),
        "person": new.person.hex if new.person else None,
        "purposes": sorted(set(new.purposes)) if new.kind == "revocation" else [],
        # Nobody is written to or called who did not say that it is safe: who reads the letter may be whom they fear.
        "is_silent": new.answer_way not in CALLED_OR_WRITTEN,
        "answer_way": new.answer_way,
        "state": stored_requests.OPEN,
        "steps": [build_step(actor, "registered")],
    }


def _build_words(new: NewRequest) -> dict[str, str]:
    words = {
        "asker_name": new.asker_name,
        "asker_document": new.asker_document,
        # An address to which nobody will write is not kept.
        "address": new.address if new.answer_way in CALLED_OR_WRITTEN else "",
        "sender": new.sender,
        "text": new.text,
        "about": new.about,
    }
    return {name: text for name, text in words.items() if text}


def build_step(actor: Actor, step: str, **detail: Any) -> dict[str, Any]:
    """A line of what was done with a request: when (UTC), by whom, which step."""
    return {"at": clock.now().isoformat(), "by": actor.journal_label, "step": step, **detail}


def check_request(new: NewRequest) -> tuple[FieldError, ...]:
    """What is wrong with a request as it was written down; nobody on file is looked at."""
    return tuple(_check_request(new))


def _check_request(new: NewRequest) -> Iterator[FieldError]:
    chosen: Mapping[str, tuple[str, str, str]] = {
        "kind": ("rights_kinds", new.kind, _("Choose what is asked for.")),
        "channel": ("rights_channels", new.channel, _("Choose how it came.")),
        "asker": ("rights_askers", new.asker, _("Choose who asks.")),
        "proof": ("rights_proofs", new.proof, _("Choose how it was proved who asks.")),
        "answer_way": ("rights_answer_ways", new.answer_way, _("Choose how the answer is handed over.")),
    }
    for name, (list_name, code, message) in chosen.items():
        if not get_code_list(list_name).has_code(code):
            yield FieldError(name, message)
    yield from check_proof(new.asker, new.proof)
    yield from _check_day(new)
    yield from _check_words(new)
    if new.kind == "revocation" and not new.purposes:
        yield FieldError("purposes", _("Choose what is taken back, or everything."))
    if new.kind == "transferred_complaint" and not new.sender:
        yield FieldError("sender", _("Write which entity transferred the complaint."))
    # Without a record there is nothing to correct, to erase or to take back, and nobody to compare facts with. Of what
    # came by the web the record is looked for afterwards.
    if new.kind in KINDS_ABOUT_SOMEBODY_ON_FILE and new.person is None and new.channel != "web":
        message = _(
            "Look for the person first: this is asked from their record. Nobody there? Choose “To know their data”."
        )
        yield FieldError("kind", message)
    if new.proof == "slip_and_facts" and new.person is None:
        yield FieldError("proof", _("Look for the person first: the facts are compared with their record."))
    if new.answer_way in CALLED_OR_WRITTEN:
        if not new.address:
            yield FieldError("address", _("Write the address, the email or the telephone."))
        if not new.is_safe:
            message = _("Ask whether writing or calling is safe. If it is not, the answer is collected at the point.")
            yield FieldError("is_safe", message)


def check_proof(asker: str, proof: str) -> Iterator[FieldError]:
    """Yield an error where what was shown does not prove that the one who asks may ask; nothing shown yet is none."""
    is_known = asker in PROOFS_BY_ASKER and get_code_list("rights_proofs").has_code(proof)
    if is_known and proof != "none" and proof not in PROOFS_BY_ASKER[asker]:
        message = _("This does not prove that they may ask. Choose what does, or “Not proved yet”.")
        yield FieldError("proof", message)


def _check_day(new: NewRequest) -> Iterator[FieldError]:
    day, today = new.received_on, clock.today()
    if day is None:
        yield FieldError("received_on", _("Write the day on which it came, for example 17/03/2026."))
    elif day > today:
        yield FieldError("received_on", _("This day has not come yet."))
    # A mistyped century would give a clock that ended before the law began.
    elif day < LAW_IN_FORCE_SINCE:
        yield FieldError("received_on", _("The law of data protection is in force since 18/10/2012."))
    elif not is_working_day(day) and new.channel not in ARRIVING_WAYS and not new.was_open:
        message = _(
            "On %(day)s, no working day, the point is closed. If people were received all the same, say so below. The "
            "term counts from the next working day.",
            day=format_date(day),
        )
        yield FieldError("received_on", message)


def _check_words(new: NewRequest) -> Iterator[FieldError]:
    too_long = _("This is too long.")
    lines = {
        "asker_name": new.asker_name,
        "asker_document": new.asker_document,
        "address": new.address,
        "sender": new.sender,
    }
    for name, text in lines.items():
        if len(text) > _LONGEST_LINE:
            yield FieldError(name, too_long)
        elif not texts.is_fit_text(text, lines=False):
            yield FieldError(name, _(texts.UNFIT_CHARACTERS))
    # These kinds say by themselves what is asked for. The others cannot be answered without words.
    if (
        new.kind
        and not new.text
        and new.kind not in {"consultation", "consent_proof", "use_made", "erasure", "revocation"}
    ):
        yield FieldError("text", _("Write what is asked, in the words of who asks."))
    for name, text in {"text": new.text, "about": new.about}.items():
        if len(text) > LONGEST_TEXT:
            yield FieldError(name, too_long)
        elif not texts.is_fit_text(text, lines=True):
            yield FieldError(name, _(texts.UNFIT_CHARACTERS))
    if new.asker != "person" and new.asker != "child" and not new.asker_name:
        yield FieldError("asker_name", _("Write who asks in the person’s name."))
