"""A small application that shows every part of templates/parts on one page, and every error page."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace

from flask import Flask, flash, render_template, request, url_for
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import (  # type: ignore[attr-defined] # the stubs do not know SelectChoice
    BooleanField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from attention_point.foundation import language, paths
from attention_point.foundation.web.page_frame import display
from attention_point.foundation.web.page_frame.menu import Menu, MenuLine
from attention_point.foundation.web.security.response_headers import CONTENT_SECURITY_POLICY

NONCE = "gallery"
ERRORS = (400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503)


def offer(*pairs: tuple[str, str]) -> list[SelectChoice]:
    """The options of a field, from codes and words."""
    return [SelectChoice(code, words) for code, words in pairs]


TOWNS = offer(
    ("", "–"), ("68001", "Bucaramanga"), ("68276", "Floridablanca"), ("68307", "Girón"), ("68547", "Piedecuesta")
)


class DocumentForm(Form):
    """One line of a list of forms."""

    type = SelectField("Type", choices=offer(("", "–"), ("PA", "Passport"), ("CC", "Cédula")))
    number = StringField("Number", [Length(max=16, message="The number is too long")])


class GalleryForm(FlaskForm):
    """One field of each kind."""

    given_names = StringField("Given names", [InputRequired("Write the given names")])
    surname = StringField("Surname")
    birth_date = StringField("Birth date", [Length(max=10, message="This day does not exist")])
    phone = StringField("Phone")
    sex = RadioField(
        "Sex",
        [InputRequired("Choose one")],
        choices=offer(("F", "Woman"), ("M", "Man"), ("X", "Intersex"), ("N", "No answer")),
    )
    municipality = SelectField("Municipality", choices=TOWNS)
    ethnicity = SelectField("Ethnic group", choices=offer(("", "–"), ("1", "Indigenous"), ("6", "None")))
    documents = FieldList(FormField(DocumentForm), min_entries=3)
    needs = SelectMultipleField("Needs", choices=offer(*((code, f"Need {code}") for code in "abcdefgh")))
    notes = TextAreaField("Notes")
    consent = BooleanField("I authorise the office to keep these data in order to attend to me")
    choice = RadioField("Answer", choices=offer(("accept", "Accept"), ("decline", "Decline")), default="accept")
    reason = StringField("Reason")


WRONG = MultiDict(
    [
        ("surname", "Velásquez"),
        ("birth_date", "31/02/1991x"),
        ("municipality", "68307"),
        ("ethnicity", "9"),
        ("documents-0-type", "CC"),
        ("documents-0-number", "0" * 30),
        ("documents-1-type", ""),
        ("documents-2-type", ""),
        ("needs", "a"),
        ("choice", "decline"),
    ]
)


def gallery_app() -> Flask:
    """The application; its pages are / , /clean and /error/<status>; ?lang= chooses the language."""
    app = Flask("gallery", static_folder=str(paths.PACKAGE_FOLDER / "foundation/web/static"), static_url_path="/static")
    app.secret_key = "only for the gallery"
    here = FileSystemLoader(Path(__file__).parent)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(paths.TEMPLATES_FOLDER), here])
    app.jinja_options = {"undefined": StrictUndefined, "extensions": ["jinja2.ext.i18n"]}
    CSRFProtect(app)
    _environment(app)
    app.add_url_rule("/", "start", lambda: _parts(WRONG))
    app.add_url_rule("/clean", "clean", lambda: _parts(MultiDict()))
    app.add_url_rule("/clean", "sent", lambda: ("sent", 200), methods=["POST"])
    app.add_url_rule("/error/<int:status>", "error", _error)

    @app.after_request
    def _policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.format(scripts=f"'nonce-{NONCE}'")
        return response

    return app


def _environment(app: Flask) -> None:
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        language.gettext,
        lambda singular, plural, n: language.load_translations(language.current_language()).ngettext(
            singular, plural, n
        ),
        newstyle=True,
    )
    environment.filters.update(
        date=language.format_date,
        number=language.format_number,
        initials=display.build_initials,
        references=display.split_references,
    )
    environment.globals.update(
        csp_nonce=lambda: NONCE,
        static=lambda path: url_for("static", filename=path),
        languages=list(language.LANGUAGES.items()),
        text_sizes=list(display.TEXT_SIZES.items()),
        contrasts=list(display.CONTRASTS.items()),
    )

    @app.before_request
    def _speak() -> None:
        language.set_language(request.args.get("lang", "en"))

    @app.context_processor
    def _page() -> dict[str, object]:
        return {
            "actor": SimpleNamespace(name="Agent of the desk", role="agent", entity=None),
            "language": language.current_language(),
            "menu": Menu(
                [MenuLine("Receive a person", "/", active=True), MenuLine("Referrals", "/clean", active=False)],
                [MenuLine("Statistics", "/error/404", active=False)],
            ),
            "text_size": "normal",
            "contrast": "normal",
            "settings_demo": True,
            "session_seconds": int(request.args.get("seconds", "1200")),
            "language_url": lambda code: f"/clean?lang={code}",
            "text_size_url": lambda size: f"/clean?size={size}",
            "contrast_url": lambda contrast: f"/clean?contrast={contrast}",
            "sign_out_url": "/clean",
            "point_name": "Attention point",
            "today": date(2017, 8, 9),
        }


def _parts(answers: MultiDict[str, str]) -> str:
    form = GalleryForm(formdata=answers, meta={"csrf": True})
    if answers:
        form.validate()
        form.form_errors.append("The two dates do not agree")
        flash("Saved.", "success")
        flash("The document has expired.", "warning")
    return render_template(
        "gallery.html",
        form=form,
        page=SimpleNamespace(items=[1], next_url="/?page=3", previous_url="/?page=1"),
        item=SimpleNamespace(
            service="Child protection",
            entity="ICBF",
            reason="The child came without a parent or guardian.",
            urgent=True,
            mandatory=True,
        ),
    )


def _error(status: int) -> tuple[str, int]:
    differences = [SimpleNamespace(label="State", yours="attended", theirs="rejected")] if status == 409 else []
    return render_template(
        "errors/error.html", status=status, message="Its own words.", differences=differences
    ), status


@contextmanager
def rendering(app: Flask) -> Iterator[Flask]:
    """A request context, for a macro alone."""
    with app.test_request_context("/form"):
        language.set_language("en")
        yield app
