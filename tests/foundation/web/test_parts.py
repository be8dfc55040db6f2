"""The shared parts: structure of what the macros draw, contrast of the colours."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask, get_template_attribute
from wtforms import DateField, Form, SelectField, StringField
from wtforms.validators import InputRequired

from attention_point.foundation import paths
from tests.foundation.web.gallery import ERRORS, gallery_app, offer, rendering
from tests.support.pages import Element, PageClient, page_faults, read

STATIC = paths.STATIC_FOLDER


class SampleForm(Form):
    """A few fields for one macro at a time."""

    name = StringField("Name", [InputRequired("Write the name")])
    phone = StringField("Phone")
    born = DateField("Born", format="%d/%m/%Y")
    sex = SelectField("Sex", choices=offer(("F", "Woman"), ("M", "Man")))


@pytest.fixture
def app() -> Iterator[Flask]:
    """The gallery in place of the whole application."""
    made = gallery_app()
    made.test_client_class = PageClient
    with rendering(made):
        yield made


def draw(macro: str, *values: object, part: str = "forms", **options: Any) -> Sequence[Element]:
    """The elements that a macro draws."""
    return read(str(get_template_attribute(f"parts/{part}.html", macro)(*values, **options)))


def first(elements: Sequence[Element], tag: str) -> Element:
    """The first element of that name."""
    return next(element for element in elements if element.tag == tag)


@pytest.mark.parametrize("address", ["/?lang=es", "/?lang=en", "/clean?lang=es"])
def test_the_gallery_has_no_fault(app: Flask, address: str) -> None:
    reply = PageClient(app, app.response_class).get(address)
    assert reply.status_code == 200
    assert page_faults(reply.text, reply.headers["Content-Security-Policy"]) == []


@pytest.mark.parametrize("status", ERRORS)
def test_an_error_page_says_what_and_what_next(app: Flask, status: int) -> None:
    reply = PageClient(app, app.response_class).get(f"/error/{status}")
    elements = read(reply.text)
    main = first(elements, "main")
    assert reply.status_code == status
    assert "Its own words." in main.text
    assert f"Code {status}" in main.text
    assert [element.get("href") for element in main.inside if element.tag == "a"] == ["/"]
    assert ("rejected" in main.text) == (status == 409)


def test_error_pages_have_titles_of_their_own(app: Flask) -> None:
    client = PageClient(app, app.response_class)
    titles = {first(read(client.get(f"/error/{status}").text), "title").text for status in ERRORS}
    assert len(titles) == len(ERRORS)


def test_an_unknown_status_still_has_a_page(app: Flask) -> None:
    client = PageClient(app, app.response_class)
    assert client.get("/error/418").status_code == 418
    assert "This could not be done" in client.get("/error/502").text


def test_the_title_tells_of_errors(app: Flask) -> None:
    client = PageClient(app, app.response_class)
    assert first(read(client.get("/?lang=en").text), "title").text.startswith("Error:")
    assert not first(read(client.get("/clean?lang=en").text), "title").text.startswith("Error:")


@pytest.mark.usefixtures("app")
def test_a_field_in_error_says_so_in_words_and_marks() -> None:
    form = SampleForm()
    form.validate()
    elements = draw("text", form.name, hint="As on the paper")
    control = first(elements, "input")
    described = {
        element.get("id"): element.text
        for element in elements
        if element.get("id") in control.get("aria-describedby").split()
    }
    assert control.get("aria-invalid") == "true"
    assert described["name-hint"] == "As on the paper"
    assert described["name-error"].split() == ["Error:", "Write", "the", "name"]


@pytest.mark.usefixtures("app")
def test_a_sound_field_carries_no_mark_of_error() -> None:
    control = first(draw("text", SampleForm().phone), "input")
    assert not {"aria-invalid", "aria-describedby"} & set(control.attributes)


@pytest.mark.parametrize("macro", ["text", "keypad", "textarea", "date_input", "select", "radios"])
@pytest.mark.usefixtures("app")
def test_no_field_leaves_its_text_to_the_browser(macro: str) -> None:
    form = SampleForm()
    field = {"date_input": form.born, "select": form.sex, "radios": form.sex}.get(macro, form.phone)
    controls = [element for element in draw(macro, field) if element.tag in {"input", "select", "textarea"}]
    assert controls
    assert {element.get("autocomplete") for element in controls} == {"off"}


@pytest.mark.usefixtures("app")
def test_autofill_is_allowed_where_asked() -> None:
    control = first(draw("text", SampleForm().name, attrs={"autocomplete": "username"}), "input")
    assert control.get("autocomplete") == "username"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Phone (optional)"),
        ({"mark": "none"}, "Phone"),
        ({"mark": "required"}, "Phone"),
        ({"sensitive": True}, "Phone"),
    ],
)
@pytest.mark.usefixtures("app")
def test_labels_say_what_may_stay_blank(options: dict[str, Any], words: str) -> None:
    elements = draw("text", SampleForm().phone, **options)
    assert " ".join(first(elements, "label").text.split()) == words
    assert any("not obliged" in element.text for element in elements) == bool(options.get("sensitive"))


@pytest.mark.usefixtures("app")
def test_digits_get_the_keypad_and_no_arrows() -> None:
    for macro in ("keypad", "date_input"):
        control = first(draw(macro, SampleForm().born), "input")
        assert (control.get("type"), control.get("inputmode")) == ("text", "numeric")


@pytest.mark.usefixtures("app")
def test_choices_are_a_named_group_of_labelled_targets() -> None:
    elements = draw("radios", SampleForm(sex="M").sex)
    inputs = [element for element in elements if element.tag == "input"]
    assert first(elements, "legend").text.split()[0] == "Sex"
    assert [element.get("value") for element in inputs if "checked" in element.attributes] == ["M"]
    assert all(element.within("label") for element in inputs)


def test_the_summary_links_each_wrong_field(app: Flask) -> None:
    elements = read(PageClient(app, app.response_class).get("/").text)
    summary = next(element for element in elements if element.get("role") == "alert")
    targets = [element.get("href") for element in summary.inside if element.tag == "a"]
    assert {"#given_names", "#birth_date", "#sex", "#ethnicity", "#documents-0-number"} == set(targets)
    assert {target[1:] for target in targets} <= {element.get("id") for element in elements}
    assert "The two dates do not agree" in summary.text


@pytest.mark.usefixtures("app")
def test_what_was_typed_is_escaped() -> None:
    form = SampleForm(name='"><b onfocus=alert(1)>')
    assert [element.tag for element in draw("text", form.name) if element.tag == "b"] == []
    rows = [("Name", "<script>alert(1)</script>")]
    assert [element.tag for element in draw("summary_list", rows, part="page") if element.tag == "script"] == []


@pytest.mark.usefixtures("app")
def test_each_state_has_a_shape_and_a_word() -> None:
    states = ["created", "seen", "accepted", "rejected", "attended", "no_show", "closed", "expired", "withdrawn"]
    drawn = [str(get_template_attribute("parts/page.html", "status_tag")(state)) for state in states]
    words = {re.sub(r"<[^>]+>", "", drawing).strip() for drawing in drawn}
    shapes = {re.search(r"<svg.*</svg>", drawing, re.S).group() for drawing in drawn}  # type: ignore[union-attr]
    assert len(words) == len(shapes) == len(states)
    assert not words & set(states)


def colours() -> dict[str, str]:
    """The tokens that are colours."""
    return dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6});", (STATIC / "css/tokens.css").read_text()))


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[start:end], 16) / 255 for start, end in pairwise((1, 3, 5, 7))]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.2, 1.4.3)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("ink", "grounds"),
    [
        ("text", "paper page sky yellow yellow-pale green-pale red-pale"),
        ("muted", "paper page sky"),
        ("cobalt", "paper page sky"),
        ("cobalt-dark", "paper sky"),
        ("red", "paper page red-pale"),
        ("green-dark", "paper page green-pale"),
        ("paper", "cobalt cobalt-dark red muted"),
        ("sky", "cobalt"),
    ],
)
def test_every_pair_of_colours_can_be_read(ink: str, grounds: str) -> None:
    found = colours()
    assert min(contrast(found[ink], found[ground]) for ground in grounds.split()) >= 4.5


def test_the_style_sheets_and_modules_load_nothing_from_elsewhere() -> None:
    files = [*STATIC.rglob("*.css"), *STATIC.rglob("*.js")]
    assert files
    for file in files:
        assert not re.search(r"url\(|@import|\bimport\b|https?://", file.read_text()), file.name


def test_no_module_keeps_anything_in_the_browser() -> None:
    kept = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie|innerHTML")
    # The outbox alone, which is given nothing but sealed bytes (decision 43).
    assert [file.name for file in STATIC.rglob("*.js") if kept.search(file.read_text())] == ["outbox.js"]


def test_every_module_is_loaded() -> None:
    """By the frame, or by the pages that need it."""
    pages = "".join(path.read_text() for path in paths.TEMPLATES_FOLDER.rglob("*.html"))
    modules = [file.stem for file in (STATIC / "js").glob("*.js")]
    assert [name for name in modules if f'"{name}"' not in pages and f"js/{name}.js" not in pages] == []
