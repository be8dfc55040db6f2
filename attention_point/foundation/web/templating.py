"""Jinja: autoescape, strict names, translations, formats, and what every page needs."""

import hashlib
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

from flask import Flask, g, request, url_for
from jinja2 import StrictUndefined

from attention_point.foundation import clock, language, paths
from attention_point.foundation.codelists import codelist
from attention_point.foundation.feature import MenuItem
from attention_point.foundation.settings import Settings
from attention_point.foundation.web.headers import csp_nonce


def register(app: Flask, settings: Settings, menu: tuple[MenuItem, ...]) -> None:
    """Set up the environment; ``menu`` is every feature's lines in the catalogue's order."""
    app.extensions["menu"] = menu
    app.jinja_options = {"undefined": StrictUndefined, "extensions": ["jinja2.ext.i18n"]}
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        language.gettext,
        lambda singular, plural, n: language.translations(language.current()).ngettext(singular, plural, n),
        newstyle=True,
    )
    environment.globals.update(csp_nonce=csp_nonce, static=static_url, languages=list(language.LANGUAGES.items()))
    environment.filters.update(
        date=language.format_date,
        day=lambda text: language.format_date(date.fromisoformat(text), "medium"),
        datetime=language.format_datetime,
        time=language.format_time,
        month=language.format_month,
        number=language.format_number,
        amount=language.format_amount,
        percent=language.format_percent,
        label=lambda code, name: codelist(name).label(str(code), language.current()),
    )

    @app.context_processor
    def _page() -> dict[str, object]:
        actor = g.get("actor")
        return {
            "actor": actor,
            "language": language.current(),
            "menu": _lines([item for item in menu if actor and actor.may(item.permission)]),
            "settings_demo": settings.demo,
            "session_seconds": settings.session_idle_minutes * 60 if actor else 0,
            "today": clock.today(),
        }


def _lines(items: Sequence[MenuItem]) -> list[dict[str, object]]:
    """The menu; active is the line that claims this page, else of those that lead towards it the nearest."""
    urls = [url_for(item.endpoint) for item in items]
    claimed = [url for item, url in zip(items, urls, strict=True) if request.endpoint in item.also]
    towards = claimed or [url for url in urls if request.path == url or request.path.startswith(f"{url}/")]
    here = max(towards, key=len, default=None)
    return [
        {"label": language.gettext(item.label), "url": url, "active": url == here}
        for item, url in zip(items, urls, strict=True)
    ]


def static_url(path: str) -> str:
    """The address of a style sheet, script or image, with its content's hash so that it may be cached for good."""
    return url_for("static", filename=path, v=_digest(paths.STATIC / path))


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
