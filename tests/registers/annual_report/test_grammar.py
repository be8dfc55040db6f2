"""The Spanish of the report: articles, lists, agreement, parts that may be missing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_point.registers.annual_report.grammar.phrases import (
    Noun,
    build_country,
    build_name,
    build_thing,
    contract_articles,
    is_long_thing,
    join_items,
    lower_first,
    pluralise_post,
)
from attention_point.registers.annual_report.grammar.templates import fill_template, load_sentences

WORD = st.text(st.characters(codec="utf-8", categories=["L"]), min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Universidad Industrial de Santander", "la Universidad Industrial de Santander"),
        ("Foro Urbano Nacional", "el Foro Urbano Nacional"),
        ("1ra Cumbre de la Innovación Social", "la 1ra Cumbre de la Innovación Social"),
        ("II Encuentro de ciudades", "el II Encuentro de ciudades"),
        ("Unidades Tecnológicas de Santander", "las Unidades Tecnológicas de Santander"),
        ("Área Metropolitana de Bucaramanga", "el Área Metropolitana de Bucaramanga"),
        ("SENA", "el SENA"),
        ("EMAB", "la EMAB"),
        # Nothing is guessed of a proper name.
        ("WWF", "WWF"),
        ("iNNpulsa", "iNNpulsa"),
        ("ONU-Habitat", "ONU-Habitat"),
        ("Metrolínea", "Metrolínea"),
        ("Migración Colombia", "Migración Colombia"),
        # What has no name of its own is one of many.
        ("empresa de sistemas de información", "una empresa de sistemas de información"),
        ("universidades", "universidades"),
    ],
)
def test_a_name_has_the_article_of_its_noun(name: str, written: str) -> None:
    assert str(build_name(name)) == written


@pytest.mark.parametrize(
    ("thing", "written"),
    [
        ("promoción de la movilidad", "la promoción de la movilidad"),
        ("ecosistema de la innovación", "el ecosistema de la innovación"),
        ("mesas de trabajo", "las mesas de trabajo"),
        ("recomendaciones para un plan", "las recomendaciones para un plan"),
        ("componente etnográfico", "el componente etnográfico"),
        ("capacitar a docentes", "capacitar a docentes"),
        ("3 talleres", "3 talleres"),
        ("sin costo para nadie", "sin costo para nadie"),
        ("Se creó la red", "Se creó la red"),
    ],
)
def test_a_thing_has_an_article_where_it_begins_with_a_noun(thing: str, written: str) -> None:
    assert str(build_thing(thing)) == written


@pytest.mark.parametrize(
    ("text", "is_thing"),
    [
        ("Propuesta de ruta de empleo con la Cámara de Comercio de Bucaramanga", True),
        ("Ciudadanos de tres barrios participaron en la siembra de doscientos árboles", False),
        ("La ciudad ganó el premio entre las ciudades intermedias de todo el país", False),
        ("Bucaramanga cuenta desde entonces con una mesa de trabajo permanente", False),
    ],
)
def test_a_long_noun_is_no_sentence(text: str, is_thing: bool) -> None:
    assert is_long_thing(text) is is_thing


@pytest.mark.parametrize(
    ("items", "written"),
    [
        ([], ""),
        (["uno"], "uno"),
        (["uno", "dos"], "uno y dos"),
        (["uno", "dos", "tres"], "uno, dos y tres"),
        (["Francia", "India"], "Francia e India"),
        (["agua", "hielo"], "agua y hielo"),
        (["una, en 2017", "otra, en 2018"], "una, en 2017, y otra, en 2018"),
        (["una", "otra, en 2018"], "una y otra, en 2018"),
        (["una, en 2017", "otra", "la última"], "una, en 2017; otra; y la última"),
        # A comma within a quotation is the quotation's.
        (["una", "otra", "“esto, aquello”"], "una, otra y “esto, aquello”"),
    ],
)
def test_items_stand_in_a_row(items: list[str], written: str) -> None:
    assert join_items(items) == written


def test_weekly_or_fortnightly_is_not_both() -> None:
    assert join_items(["cada semana", "cada quincena"], "o") == "cada semana o cada quincena"
    assert join_items(["una", "otra"], "o") == "una u otra"


@given(st.lists(WORD, min_size=1, max_size=6))
def test_no_item_of_a_row_is_lost(items: list[str]) -> None:
    written = join_items(items)
    assert [each for each in re.split(r",? (?:y|e) |, ", written) if each] or written == items[0]
    assert all(item in written for item in items)


@pytest.mark.parametrize(
    ("noun", "written"),
    [
        (Noun("Foro", "el"), "Se realizó el Foro, organizado por X."),
        (Noun("Hora", "la"), "Se realizó la Hora, organizada por X."),
        (Noun("Juegos", "los"), "Se realizaron los Juegos, organizados por X."),
        (Noun("Mesas", "las"), "Se realizaron las Mesas, organizadas por X."),
    ],
)
def test_a_sentence_agrees_with_its_subject(noun: Noun, written: str) -> None:
    template = "se realiz(ó|aron) {subject}[, organizad(o|a|os|as) por {who}]."
    assert fill_template(template, {"subject": noun, "who": "X"}, noun) == written


@pytest.mark.parametrize(
    ("facts", "written"),
    [
        ({"what": "un foro"}, "Se realizó un foro."),
        ({"what": "un foro", "when": "en 2017"}, "En 2017 se realizó un foro."),
        ({"what": "un foro", "place": "Quito"}, "Se realizó un foro, en Quito."),
        ({}, ""),
        ({"what": ""}, ""),
    ],
)
def test_what_is_missing_is_left_out(facts: dict[str, str], written: str) -> None:
    assert fill_template("[{when} se|Se] realizó {what}[, en {place}].", facts) == written


def test_articles_contract_and_names_keep_theirs() -> None:
    assert contract_articles("de el Banco a el DNP, de El Salvador") == "del Banco al DNP, de El Salvador"
    assert str(build_country("NL", "Países Bajos")) == "los Países Bajos"
    assert str(build_country("DK", "Dinamarca")) == "Dinamarca"


def test_posts_of_several_people() -> None:
    assert pluralise_post("Profesional Universitario") == "Profesionales Universitarios"
    assert pluralise_post("Pasante (medio tiempo)") == "Pasantes (medio tiempo)"
    assert pluralise_post("Jefe de la Oficina") == "Jefes de la Oficina"


def test_an_acronym_keeps_its_capitals() -> None:
    assert lower_first("Dar a conocer") == "dar a conocer"
    assert lower_first("ONU-Habitat") == "ONU-Habitat"


def test_every_sentence_can_be_filled_with_all_its_facts() -> None:
    """Brackets that do not close, a misspelled fact, an ending too many: each would stand in a signed paper."""
    for key, template in load_sentences().items():
        facts = dict.fromkeys(re.findall(r"\{(\w+)\}", template), "X")
        for noun in (Noun("X", "el"), Noun("X", "las")):
            written = fill_template(template, facts, noun)
            assert not re.search(r"[\[\]{}|]|  | \.|,,", written), (key, written)
            assert "(" not in written or re.search(r"\(\w[^|]*\)", written), (key, written)
            # With nothing but what it cannot do without.
            assert not re.search(r"[\[\]{}|]|  | \.", fill_template(template, {}, noun)), key
