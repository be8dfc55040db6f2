"""The forms of a request. They check nothing: the services know what is possible."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField

from attention_point.directory.forms import DayField
from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm, Required, clean_text
from attention_point.rights.purposes import PURPOSE_LABELS
from attention_point.rights.requests.carrying_out import EVERYTHING
from attention_point.rights.requests.identity_proof import StatedFacts
from attention_point.rights.requests.services import KINDS_ABOUT_SOMEBODY_ON_FILE, NewRequest
from attention_point.rights.requests.steps import Decision
from attention_point.rights.requests.stored_requests import StoredRequest

OFFERED_PURPOSES = (EVERYTHING, "attention", "contact", "research", "referral:*")
_REQUEST_AND_VERSION = re.compile("([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([0-9]{1,9})")
FACT_NAMES = ("given_names", "surname_1", "birth_date", "phone", "document", "visit_day")


def _list_choices(list_name: str, without: Collection[str] = ()) -> list[tuple[str, str]]:
    return [
        (code, label)
        for code, label in get_code_list(list_name).form_choices(current_language())
        if code not in without
    ]


class FactsForm(BaseForm):
    """How it is proved who asks: without papers by the slip's code and two facts."""

    proof = RadioField(N_("How was it proved?"), [Required()], validate_choice=False)
    slip_code = StringField(N_("Code of the slip"), filters=[clean_text])
    given_names = StringField(N_("Given names"), filters=[clean_text])
    surname_1 = StringField(N_("First surname"), filters=[clean_text])
    birth_date = DayField(N_("Birth date"))
    phone = StringField(N_("Telephone"), filters=[clean_text])
    document = StringField(N_("Number of a document shown before"), filters=[clean_text])
    visit_day = DayField(N_("Day on which they came to the point"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proof.choices = _list_choices("rights_proofs")

    def read_facts(self) -> StatedFacts:
        """The code and the facts that were typed."""
        facts = {name: self[name].data or "" for name in FACT_NAMES}
        facts["birth_date"] = self.birth_date.read_value() or ""
        facts["visit_day"] = self.visit_day.read_value() or ""
        return StatedFacts(self.slip_code.data or "", facts)


class RequestForm(FactsForm):
    """A new request."""

    kind = RadioField(N_("What is asked for?"), [Required()], validate_choice=False)
    purposes = SelectMultipleField(N_("What is taken back?"), validate_choice=False)
    channel = RadioField(N_("How did it come?"), [Required()], validate_choice=False)
    received_on = DayField(N_("Day on which it came"), [Required()])
    was_open = BooleanField(N_("People were received on that day (an outreach day, for example)"))
    asker = RadioField(N_("Who asks?"), [Required()], validate_choice=False)
    asker_name = StringField(N_("Name of who asks"), filters=[clean_text])
    asker_document = StringField(N_("Document of who asks"), filters=[clean_text])
    sender = StringField(N_("Which entity transferred it?"), filters=[clean_text])
    answer_way = RadioField(N_("How does the person want the answer?"), validate_choice=False)
    address = StringField(N_("Address, email or telephone"), filters=[clean_text])
    is_safe = BooleanField(N_("The person says that writing or calling there is safe"))
    text = TextAreaField(N_("What is asked, in their own words"), filters=[clean_text])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = _list_choices("rights_kinds")
        self.channel.choices = _list_choices("rights_channels")
        self.asker.choices = _list_choices("rights_askers")
        self.answer_way.choices = _list_choices("rights_answer_ways")
        self.offered_purposes = {purpose: _(PURPOSE_LABELS[purpose]) for purpose in OFFERED_PURPOSES}
        self.purposes.choices = list(self.offered_purposes.items())

    def leave_out_what_needs_a_record(self) -> None:
        """Offer only what can be asked of nobody on file: there is nothing to correct, to erase or to compare with."""
        self.kind.choices = _list_choices("rights_kinds", without=KINDS_ABOUT_SOMEBODY_ON_FILE)
        self.proof.choices = _list_choices("rights_proofs", without=("slip_and_facts",))

    def offer_entities(self, purposes: Collection[tuple[str, str]]) -> None:
        """Offer to take back the consent for single entities: pairs of a purpose and its label."""
        self.offered_purposes.update(purposes)
        self.purposes.choices = list(self.offered_purposes.items())

    def show_today(self) -> None:
        """Fill in what is so nearly always: today, at the desk, the person, who collects the answer.

        Never how it was proved who asks: what nobody checked must not be filed as checked.
        """
        self.received_on.process_data(clock.today())
        self.channel.data, self.asker.data, self.answer_way.data = "desk", "person", "in_person"

    def read_request(self, person: UUID | None) -> NewRequest:
        """What was typed."""
        return NewRequest(
            kind=self.kind.data or "",
            channel=self.channel.data or "",
            received_on=_read_day(self.received_on),
            asker=self.asker.data or "",
            proof=self.proof.data or "",
            person=person,
            stated=self.read_facts(),
            purposes=tuple(purpose for purpose in self.purposes.data or () if purpose in self.offered_purposes),
            answer_way=self.answer_way.data or "in_person",
            address=self.address.data or "",
            is_safe=self.is_safe.data,
            was_open=self.was_open.data,
            asker_name=self.asker_name.data or "",
            asker_document=self.asker_document.data or "",
            sender=self.sender.data or "",
            text=self.text.data or "",
        )


class WebRequestForm(BaseForm):
    """A request of whoever opens the public page: of nobody whom anybody has seen."""

    kind = RadioField(N_("What do you ask for?"), [Required()], validate_choice=False)
    purposes = SelectMultipleField(N_("What is taken back?"), validate_choice=False)
    asker = RadioField(N_("Who asks?"), [Required()], validate_choice=False)
    asker_name = StringField(N_("Your name"), filters=[clean_text])
    about = TextAreaField(N_("How do we find the record?"), filters=[clean_text])
    answer_way = RadioField(N_("How do you want the answer?"), validate_choice=False)
    address = StringField(N_("Address, email or telephone"), filters=[clean_text])
    is_safe = BooleanField(N_("It is safe to write or call there: nobody else sees it"))
    text = TextAreaField(N_("What you ask, in your own words"), filters=[clean_text])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An authority writes to the office, and another entity transfers to it.
        self.offered_choices = {
            "kind": _list_choices("rights_kinds", without=("transferred_complaint",)),
            "asker": _list_choices("rights_askers", without=("family_defender", "authority")),
            "answer_way": _list_choices("rights_answer_ways"),
        }
        for field in (self.kind, self.asker, self.answer_way):
            field.choices = self.offered_choices[field.name]
        self.purposes.choices = [(name, _(PURPOSE_LABELS[name])) for name in OFFERED_PURPOSES]

    def read_request(self, received_on: date) -> NewRequest:
        """What was typed. What the page does not offer counts as not chosen."""

        def read_choice(field: RadioField) -> str:
            offered = {code for code, _label in self.offered_choices[field.name]}
            return field.data if field.data in offered else ""

        return NewRequest(
            kind=read_choice(self.kind),
            channel="web",
            received_on=received_on,
            asker=read_choice(self.asker),
            proof="none",
            purposes=tuple(purpose for purpose in self.purposes.data or () if purpose in OFFERED_PURPOSES),
            answer_way=read_choice(self.answer_way) or "in_person",
            address=self.address.data or "",
            is_safe=self.is_safe.data,
            asker_name=self.asker_name.data or "",
            text=self.text.data or "",
            about=self.about.data or "",
        )


class AssignmentForm(BaseForm):
    """Which request that came by the web is of the person whose page is open."""

    request = SelectField(N_("Request that came by the web page"), [Required()], validate_choice=False)

    def offer_requests(self, requests: Iterable[StoredRequest]) -> None:
        """Offer some requests, each with the version that the page shows, by its number and what is asked."""
        kinds, language, joined = get_code_list("rights_kinds"), current_language(), _("joined to another record")
        self.request.choices = [
            (
                f"{stored.id}:{stored.version}",
                f"{stored.reference} · {kinds.label_for_code(stored.kind, language)}"
                + (f" ({joined})" if stored.person else ""),
            )
            # Those of nobody first: moving one that is joined mends a mistake.
            for stored in sorted(requests, key=lambda stored: stored.person is not None)
        ]

    def read_request(self) -> tuple[UUID, int]:
        """The id and the version of the chosen request. Raises NotFound for what the page never offers."""
        if match := _REQUEST_AND_VERSION.fullmatch(self.request.data or ""):
            return UUID(match[1]), int(match[2])
        raise NotFound(_("There is no such request."))


class ProofForm(FactsForm):
    """Proving later who asks."""

    version = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proof.choices = _list_choices("rights_proofs", without=("none",))

    def offer_proofs(self, proofs: Collection[str]) -> None:
        """Offer only what proves that the one who asks may ask."""
        self.proof.choices = [choice for choice in _list_choices("rights_proofs") if choice[0] in proofs]


class MissingForm(BaseForm):
    """What is missing of a claim."""

    version = HiddenField()
    missing = TextAreaField(N_("What is missing?"), [Required()], filters=[clean_text])


class CompletionForm(BaseForm):
    """The day on which what was missing came."""

    version = HiddenField()
    completed_on = DayField(N_("Day on which it came"), [Required()])

    def read_day(self) -> date | None:
        """The day that was typed; None for what is none."""
        return _read_day(self.completed_on)


class ExtensionForm(BaseForm):
    """Another day for the answer, and why."""

    version = HiddenField()
    until = DayField(N_("New day for the answer"), [Required()])
    reason = TextAreaField(N_("Why does it take longer?"), [Required()], filters=[clean_text])

    def read_day(self) -> date | None:
        """The day that was typed; None for what is none."""
        return _read_day(self.until)


class TransferForm(BaseForm):
    """To whom a request is forwarded, and why."""

    version = HiddenField()
    receiver = StringField(N_("Entity"), [Required()], filters=[clean_text])
    transfer_reason = TextAreaField(N_("Why does it belong there?"), [Required()], filters=[clean_text])


class DecisionForm(BaseForm):
    """The answer."""

    version = HiddenField()
    outcome = RadioField(N_("How is it answered?"), [Required()], validate_choice=False)
    grounds = SelectMultipleField(N_("Why not everything?"), validate_choice=False)
    text = TextAreaField(N_("The answer, in plain words"), [Required()], filters=[clean_text])
    erases_too = BooleanField(N_("Erase the person’s data as well: nobody can read them any more"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.choices = _list_choices("rights_outcomes")
        self.grounds.choices = _list_choices("rights_grounds")

    def offer_only_ground(self, ground: str) -> None:
        """Offer one ground alone: every other one would be refused."""
        self.grounds.choices = [choice for choice in _list_choices("rights_grounds") if choice[0] == ground]

    def read_decision(self) -> Decision:
        """What was decided. Grounds of what is wholly granted count for nothing."""
        outcome = self.outcome.data or ""
        grounds = tuple(self.grounds.data or ()) if outcome != "granted" else ()
        return Decision(outcome, grounds, self.text.data or "", self.erases_too.data)


class ChangeForm(BaseForm):
    """A step of one button: the version that the page showed is all that it says."""

    version = HiddenField()


def _read_day(field: DayField) -> date | None:
    # What is no day gives None: the service says so beside the field, as it does for a day that is missing.
    text = field.read_value()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
