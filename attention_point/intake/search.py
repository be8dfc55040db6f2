"""Search first: by document number or by name."""

from collections.abc import Iterable

from sqlalchemy.orm import Session
from wtforms import SelectField, StringField

from attention_point import texts
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import codelist
from attention_point.foundation.language import N_, current
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid
from attention_point.foundation.web.forms import BaseForm, clean
from attention_point.people import search as people_search

OLDEST_YEAR = 1880
MOST = 120  # characters


class SearchForm(BaseForm):
    """A document, or a name with or without the year of birth."""

    document_type = SelectField(N_("Type of document"), validate_choice=False)
    document_number = StringField(N_("Document number"), filters=[clean])
    name = StringField(N_("Name and surname"), filters=[clean])
    birth_year = StringField(N_("Year of birth"), filters=[clean])

    def show(self, fields: Iterable[FieldError]) -> None:
        """Put each complaint beside its field."""
        for complaint in fields:
            if complaint.message not in self[complaint.field].errors:
                self[complaint.field].errors = (*self[complaint.field].errors, complaint.message)


def prepare_search(form: SearchForm) -> SearchForm:
    """Choices in the reader's language; the Venezuelan document is what most people show."""
    form.document_type.choices = dict(codelist("document_types").choices(current()))
    if not form.document_type.data:
        form.document_type.data = "DE"
    return form


def search(session: Session, actor: Actor, form: SearchForm) -> list[people_search.Candidate]:
    """Who is found, best first. Raises Invalid when there is nothing to search by."""
    if form.document_number.data:
        kind = codelist("document_types").alias(form.document_type.data or "") or "DE"
        try:
            return people_search.search_document(session, actor, kind, form.document_number.data)
        except ValueError as error:
            raise _invalid("document_number", _(str(error))) from None
    if not form.name.data:
        raise _invalid("document_number", _("Write a document number or a name."))
    if not texts.is_fit(form.name.data):
        raise _invalid("name", _(texts.UNFIT))
    if len(form.name.data) > MOST:
        raise _invalid("name", _("At most %(max_length)s characters.", max_length=MOST))
    return people_search.search_name(session, actor, form.name.data, _year(form.birth_year.data))


def _year(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isdecimal() and len(text) == 4 and int(text) >= OLDEST_YEAR):
        raise _invalid("birth_year", _("The year of birth has four digits."))
    return int(text)


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError(field, sentence),))
