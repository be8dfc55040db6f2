"""The forms of the pages of turns."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web.forms import BaseForm, Required
from attention_point.turns import queries, rules
from attention_point.turns.desks.desk_settings import DeskSettings
from attention_point.turns.details import TurnDetails
from attention_point.turns.entity_queues import find_queue_entity, open_desk_entity
from attention_point.turns.models import Desk, Turn
from attention_point.turns.priority.policies import find_policy

MOST_COMPANIONS = 50
LANGUAGE_LABELS = {"es": N_("Spanish"), "en": N_("English")}
PREFERENTIAL_LABELS = {
    "small_children": N_("Comes with small children"),
    "pregnant": N_("Pregnant"),
    "disability": N_("Disability"),
    "older_adult": N_("Older adults"),
    "other": N_("Another reason"),
}
CHOSEN_REASONS = ("left", "information", "given_twice", "other")
"""The closing reasons that somebody at a desk chooses from; the others are those of the end of the day."""
ANY_DESK, DESK, ENTITY = "any", "desk", "entity"


class DeskForm(BaseForm):
    """A desk."""

    name = StringField(N_("Number of the desk"), [Required()])
    point = SelectField(N_("Attention point"), validate_choice=False)
    entity = SelectField(N_("Whose desk"), validate_choice=False)
    is_active = BooleanField(N_("In use: turns are called to it"))

    def is_sent(self) -> bool:
        """Whether the form was sent to be saved; one that waited for a new sign-in is only shown."""
        return request.method == "POST" and not request.form.get("_resumed")

    def read_settings(self) -> DeskSettings:
        """The typed values."""
        return DeskSettings(
            self.point.data or "", self.name.data or "", self.entity.data or None, bool(self.is_active.data)
        )


def build_desk_form(session: Session, desk: Desk | None = None) -> DeskForm:
    """The form with its choices in the reader's language; ``desk`` is the one to change."""
    language = current_language()
    entity = open_desk_entity(session, desk) if desk else None
    values = {"name": desk.name, "entity": entity or "", "is_active": desk.is_active} if desk else {}
    form = DeskForm(data=values)
    form.point.choices = [(point.code, point.name[language]) for point in directory_queries.list_points(session)]
    names = {row.code: row.name[language] for row in directory_queries.list_entities(session, clock.today())}
    # An entity that is no longer in the directory stays the desk's, until somebody says whose it is.
    if entity and entity not in names:
        names[entity] = entity
    form.entity.choices = [("", _("Of the attention point")), *sorted(names.items(), key=lambda item: item[1])]
    if desk is None:
        form.is_active.data = True
    return form


class TransferForm(BaseForm):
    """Where a turn waits again: any desk of the point, one desk, or the desks of an entity."""

    target = RadioField(N_("Where to"), validate_choice=False)
    target_labels: Mapping[str, str] = {}

    def read_target(self) -> tuple[UUID | None, str | None]:
        """The desk and the entity of the choice. Raises Invalid where nothing of the list was chosen."""
        chosen = self.target.data or ""
        if chosen not in self.target_labels:
            raise Invalid.of_field("target", _("Choose where the turn goes."))
        kind, _colon, code = chosen.partition(":")
        return (UUID(code) if kind == DESK else None), (code if kind == ENTITY else None)


def build_transfer_form(session: Session, turn: Turn) -> TransferForm:
    """The form with the desks to which the turn can go: not the one that has it."""
    form = TransferForm()
    desks = [desk for desk in queries.list_point_desks(session, turn.point) if desk.is_active]
    entities = directory_queries.get_entities_by_code(session)
    # An entity is one choice, however many desks it has: it decides itself which of them calls.
    desk_entities = {desk.id: open_desk_entity(session, desk) for desk in desks}
    queue_entity = find_queue_entity(session, turn)
    entity_codes = sorted({code for code in desk_entities.values() if code and code != queue_entity})
    form.target_labels = {
        ANY_DESK: _("Any desk of the attention point"),
        **{
            f"{DESK}:{desk.id}": _("Desk %(name)s", name=desk.name)
            for desk in sorted(desks, key=lambda desk: desk.name.zfill(20))
            if desk_entities[desk.id] is None and desk.id != turn.desk_id
        },
        **{
            f"{ENTITY}:{code}": entities[code].name[current_language()] if code in entities else code
            for code in entity_codes
        },
    }
    form.target.choices = dict(form.target_labels)
    return form


class ClosingForm(BaseForm):
    """Why a turn ends without an attention."""

    reason = RadioField(N_("Why does the turn end?"), validate_choice=False)

    def read_reason(self) -> str:
        """The code of the reason. Raises Invalid where none was chosen."""
        if self.reason.data not in CHOSEN_REASONS:
            raise Invalid.of_field("reason", _("Choose why the turn ends."))
        return str(self.reason.data)


def build_closing_form() -> ClosingForm:
    """The form with its choices in the reader's language."""
    form = ClosingForm()
    labels = get_code_list("turn_closing_reasons")
    form.reason.choices = [(code, labels.label_for_code(code, current_language())) for code in CHOSEN_REASONS]
    return form


class DoorForm(BaseForm):
    """What is asked at the door; nothing of it is required. ``id`` is that of the turn to be."""

    id = HiddenField()
    point = RadioField(N_("Attention point"), validate_choice=False)
    language = RadioField(N_("Language of the person"), validate_choice=False)
    first_time = RadioField(N_("Is it the first time here?"), validate_choice=False)
    needs = SelectMultipleField(N_("What brings the person here"), validate_choice=False)
    preferential = SelectMultipleField(N_("Preferential turn"), validate_choice=False)
    adults = StringField(N_("Adults who came along"))
    children = StringField(N_("Children who came along"))
    need_names: Mapping[str, str] = {}

    def read_details(self) -> TurnDetails:
        """What was said. Raises Invalid for a number that is none; a choice that does not exist is left out."""
        errors = []
        counts = {}
        # More digits than any count has go on as text: int() has an error of its own for thousands of them.
        for name in ("adults", "children"):
            text = (self[name].data or "").strip()
            if text and not (text.isdecimal() and len(text) < 4 and int(text) <= MOST_COMPANIONS):
                message = _("Write a number from 0 to %(number)s.", number=MOST_COMPANIONS)
                errors.append(FieldError(name, message))
            counts[name] = int(text) if text.isdecimal() and len(text) < 4 else 0
        if errors:
            raise Invalid(_("Some fields need attention."), tuple(errors))
        return TurnDetails.model_validate(
            {
                "needs": [code for code in self.need_names if code in (self.needs.data or [])],
                "language": "en" if self.language.data == "en" else "es",
                "first_time": {"yes": True, "no": False}.get(self.first_time.data or ""),
                "companions": counts,
                "preferential": [code for code in rules.PREFERENTIAL_REASONS if code in (self.preferential.data or [])],
            }
        )


def build_door_form(session: Session, turn_id: UUID) -> DoorForm:
    """The form with the choices of the day. It carries the id of the turn, so that two taps give one."""
    language = current_language()
    points = directory_queries.list_points(session)
    form = DoorForm(data={"id": str(turn_id), "language": "es", "point": points[0].code if points else ""})
    form.point.choices = [(point.code, point.name[language]) for point in points]
    form.language.choices = [(code, _(label)) for code, label in LANGUAGE_LABELS.items()]
    form.first_time.choices = [("yes", _("Yes")), ("no", _("No"))]
    services = directory_queries.list_services(session, clock.today())
    form.need_names = {service.code: service.name[language] for service in services}
    form.needs.choices = dict(form.need_names)
    form.preferential.choices = _list_preferential_choices(session, [point.code for point in points])
    return form


def _list_preferential_choices(session: Session, points: Iterable[str]) -> list[tuple[str, str]]:
    ages = {find_policy(session, point, clock.today()).older_adult_age for point in points}
    choices = {code: _(label) for code, label in PREFERENTIAL_LABELS.items()}
    # Where the points of the form differ in the age, no single one is true; the words without an age are.
    if len(ages) == 1:
        choices["older_adult"] = _("%(age)s years old or older", age=ages.pop())
    return list(choices.items())
