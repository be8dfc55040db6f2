"""What every form can do: put a service's errors beside its fields, and read the version that a page showed."""

from io import BytesIO

import pytest
from flask import Flask
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField, StringField

from attention_point.foundation.errors import FieldError
from attention_point.foundation.language import gettext
from attention_point.foundation.web.forms import BaseForm, PlainForm, Required
from attention_point.texts import UNFIT_CHARACTERS


class NameForm(PlainForm):
    es = StringField("In Spanish")
    en = StringField("In English")


class PriceForm(PlainForm):
    preselected_fields = frozenset({"currency"})

    amount = StringField("Amount")
    currency = SelectField("Currency", validate_choice=False)
    estimated = BooleanField("Estimated")


class OfferForm(BaseForm):
    version = HiddenField()
    code = StringField("Code", [Required("Write a code.")])
    name = FormField(NameForm)
    prices = FieldList(FormField(PriceForm))


def errors_after(app: Flask, sent: dict[str, str], *paths: str) -> OfferForm:
    with app.test_request_context("/", method="POST", data=sent):
        form = OfferForm()
        form.show_field_errors([FieldError(path, "Wrong.") for path in paths])
        return form


def test_each_error_stands_beside_its_field(app: Flask) -> None:
    form = errors_after(app, {"code": "A"}, "code", "name.en", "code")
    assert (form.code.errors, form.name.form.en.errors, form.name.form.es.errors) == (["Wrong."], ["Wrong."], ())
    assert form.form_errors == []


def test_a_group_and_a_list_stand_for_their_first_field(app: Flask) -> None:
    form = errors_after(app, {"prices-0-amount": "x"}, "name", "prices")
    assert form.name.form.es.errors == ["Wrong."]
    assert form.prices[0].form.amount.errors == ["Wrong."]
    assert form.prices.errors  # else the summary of the form's errors would pass over the list


def test_an_error_without_a_field_stands_at_the_head_of_the_form(app: Flask) -> None:
    form = errors_after(app, {"prices-0-amount": "x"}, "", "nothing", "prices.1.amount", "name.fr")
    assert form.form_errors == ["Wrong."] * 4


def test_the_number_of_an_entry_counts_those_that_are_filled(app: Flask) -> None:
    sent = {"prices-0-currency": "COP", "prices-1-amount": " ", "prices-2-amount": "5", "prices-3-estimated": "y"}
    form = errors_after(app, sent, "prices.0.amount", "prices.1.amount")
    assert [bool(entry.form.amount.errors) for entry in form.prices] == [False, False, True, True]


def test_what_follows_from_an_unfit_character_is_not_said_too(app: Flask) -> None:
    form = errors_after(app, {"code": "a\u200bb"}, "code")
    assert form.code.errors == [gettext(UNFIT_CHARACTERS)]


def test_a_required_field_without_a_value_is_refused_with_its_own_sentence(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"code": " "}):
        form = OfferForm(meta={"csrf": False})
        assert not form.validate()
        assert form.code.errors == ["Write a code."]
        assert form.code.flags.required
    with app.test_request_context("/", method="POST", data={"code": "A"}):
        assert OfferForm(meta={"csrf": False}).validate()


@pytest.mark.parametrize(
    ("sent", "version"),
    [({"version": "7"}, 7), ({"version": "٧"}, 0), ({"version": "-1"}, 0), ({"version": "1" * 10}, 0), ({}, 0)],
)
def test_only_the_version_that_was_sent_counts(app: Flask, sent: dict[str, str], version: int) -> None:
    with app.test_request_context("/", method="POST", data={"code": "A", **sent}):
        assert OfferForm(data={"version": 9}).read_version() == version


def test_a_file_in_the_place_of_the_version_is_no_version(app: Flask) -> None:
    data = {"code": "A", "version": (BytesIO(b"7"), "7")}
    with app.test_request_context("/", method="POST", data=data):
        assert OfferForm().read_version() == 0
