"""Sets up Jinja: strict names, translations, formats, and the values that every page needs."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask, g, url_for
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context

from attention_point.dates import parse_partial_date
from attention_point.foundation import clock, language
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.database import new_id
from attention_point.foundation.feature import MenuItem
from attention_point.foundation.settings import Settings
from attention_point.foundation.web.code_list_files import build_code_list_url
from attention_point.foundation.web.page_frame import display
from attention_point.foundation.web.page_frame.menu import build_menu
from attention_point.foundation.web.security.form_tokens import build_form_token
from attention_point.foundation.web.security.response_headers import get_csp_nonce, hash_static_files

_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


class Unindented(Extension):
    """Leaves the indentation of the templates out of the pages: on a slow line it costs a twentieth of a form."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the source without the blanks at the beginning of its lines."""
        return _INDENTATION.sub("", source)


def register_templating(app: Flask, settings: Settings, menu: tuple[MenuItem, ...]) -> None:
    """Set up the environment. ``menu`` holds the lines of every feature, in the catalogue's order."""
    app.extensions["menu"] = menu
    # Strict: a misspelt name in a template is an error and not an empty place on the page.
    app.jinja_options = {"undefined": StrictUndefined, "extensions": ["jinja2.ext.i18n", Unindented]}
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        language.gettext,
        lambda singular, plural, n: language.load_translations(language.current_language()).ngettext(
            singular, plural, n
        ),
        newstyle=True,
    )
    environment.globals["ngettext"] = _show_thousands(environment.globals["ngettext"])
    _add_values(environment)

    @app.context_processor
    def _build_page_context() -> dict[str, object]:
        # A device's pages have no menu and nobody to sign out, whoever is signed in on it.
        actor = actor if (actor := g.get("actor")) and actor.kind != "device" else None
        return {
            "actor": actor,
            "language": language.current_language(),
            "menu": build_menu(menu, actor),
            "text_size": display.read_text_size(),
            "contrast": display.read_contrast(),
            "settings_demo": settings.demo,
            "session_seconds": settings.session_idle_minutes * 60 if actor else 0,
            "today": clock.today(),
        }


def _show_thousands(translate: Any) -> Callable[..., str]:
    """Give Jinja's translation of what goes with a number the number as people write it: 10.037 records."""

    @pass_context
    def translate_plural(context: Context, singular: str, plural: str, n: int, **values: Any) -> str:
        text: str = translate(context, singular, plural, n, **{"num": language.format_number(n), **values})
        return text

    return translate_plural


def _add_values(environment: Environment) -> None:
    environment.globals.update(
        csp_nonce=get_csp_nonce,
        csrf_token=build_form_token,
        static=build_static_url,
        code_list_url=build_code_list_url,
        languages=list(language.LANGUAGES.items()),
        text_sizes=list(display.TEXT_SIZES.items()),
        contrasts=list(display.CONTRASTS.items()),
        new_id=new_id,  # a link to a new form names it at once: no redirect on a slow line
    )
    environment.filters.update(
        date=language.format_date,
        day=lambda text: language.format_date_span(parse_partial_date(text), "medium"),
        datetime=language.format_datetime,
        time=language.format_time,
        time_ago=language.format_time_ago,
        month=language.format_month,
        period=language.format_period,
        number=language.format_number,
        amount=language.format_amount,
        percent=language.format_percent,
        initials=display.build_initials,
        references=display.split_references,
        label=lambda code, name: get_code_list(name).label_for_code(str(code), language.current_language()),
    )


def build_static_url(path: str) -> str:
    """Return the address of a style sheet, script or image with the hash of all of them, so that caches keep it."""
    return url_for("static", filename=path, v=hash_static_files())
