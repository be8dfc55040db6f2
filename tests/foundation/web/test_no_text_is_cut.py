"""No field cuts what is pasted: a browser does so without a word. What is too long comes back whole, with its error."""

import re

from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from attention_point.foundation import paths
from attention_point.foundation.web.forms import PlainForm
from tests.foundation.web.gallery import gallery_app


class LimitedForm(PlainForm):
    """A form whose validators have a limit, of which WTForms makes an attribute by itself."""

    name = StringField("Name", [Length(max=5)])
    note = TextAreaField("Note", render_kw={"maxlength": 5})


def test_no_template_writes_a_limit_that_cuts() -> None:
    limit = re.compile(r"maxlength\s*=\s*[\"'{]")
    templates = sorted(paths.TEMPLATES_FOLDER.rglob("*.html"))
    assert templates
    assert [template for template in templates if limit.search(template.read_text(encoding="utf-8"))] == []


def test_a_field_with_a_limit_is_drawn_without_it() -> None:
    app = gallery_app()
    with app.test_request_context():
        parts = app.jinja_env.get_template("parts/forms.html").module
        form = LimitedForm()
        drawn = parts.text(form.name) + parts.textarea(form.note) + parts.text(form.name, attrs={"maxlength": 3})  # type: ignore[attr-defined]
    assert "maxlength" not in drawn
    form.name.data = "longer than five"
    assert not form.validate()
