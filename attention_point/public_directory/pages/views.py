"""The public pages under ``/help/``: where to find help, for everybody, without an account and without a script."""

import hashlib
from datetime import date
from io import BytesIO

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from attention_point.directory import queries
from attention_point.directory.snapshot import Directory, EntityRow
from attention_point.foundation import clock
from attention_point.foundation.access import public
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import current_language, in_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import write_leaflet
from attention_point.foundation.report_pages import get_watermark
from attention_point.foundation.web import current_settings, db_session
from attention_point.foundation.web.security.response_headers import allow_public_cache
from attention_point.public_directory import search
from attention_point.public_directory.pages import entries, phone_links
from attention_point.public_directory.pages.leaflet import build_leaflet
from attention_point.public_directory.provided_services import list_open_services

blueprint = Blueprint("help", __name__, url_prefix="/help")
CACHE_BRIEFLY = "public, max-age=300"  # seconds until a correction is seen
# The language stands in the address, so that a page is the same for everybody who has its address.
_PAGES = "/<any(es, en):language>"


@blueprint.app_context_processor
def name_help_page() -> dict[str, str]:
    """Give every page the address of the public directory in the reader's language."""
    return {"help_url": url_for("help.show_needs", language=current_language())}


@blueprint.get("/")
@public
def choose_language() -> Response:
    """Lead to the pages in the reader's language."""
    return redirect(url_for(".show_needs", language=current_language()))


@blueprint.get(f"{_PAGES}/")
@public
def show_needs(language: str) -> str:
    """Show every need in the person's words, and what a search found."""
    with in_language(language):
        directory, day = _read_directory()
        needs = entries.list_needs(db_session(), day)
        typed = request.args.get("q", "").strip()
        found_needs = search.find_best(typed, needs, lambda need: _describe_need(directory, need))
        found_entities = search.find_best(
            typed, entries.list_entities(directory, day), lambda entity: _describe_entity(directory, entity, day)
        )
        groups: dict[str, list[entries.NeedEntry]] = {}
        for need in needs:
            groups.setdefault(need.group, []).append(need)
        # What somebody searched is theirs: no cache on the way keeps it.
        return _render_page(
            "public_directory/needs.html",
            is_private=bool(typed),
            groups=groups,
            typed=typed[: search.MAXIMUM_LENGTH],
            maximum_length=search.MAXIMUM_LENGTH,
            found_needs=found_needs,
            found_entities=found_entities,
        )


@blueprint.get(f"{_PAGES}/needs/<string(maxlength=40):need>")
@public
def show_need(language: str, need: str) -> str:
    """Show one need: whom to call, what to bring, where to go."""
    with in_language(language):
        directory, day = _read_directory()
        entry = _get_need(need, day)
        return _render_page(
            "public_directory/need.html",
            is_private=entry.is_confidential,
            need=entry,
            lines=entries.list_emergency_lines(directory, need, day),
            services=entries.list_services_of_need(directory, need, day),
            has_personeria="personeria" in directory.entities and need not in {"DDHH", "QUEJA-SP"},
        )


@blueprint.get(f"{_PAGES}/needs/<string(maxlength=40):need>.pdf")
@public
def download_leaflet(language: str, need: str) -> Response:
    """Send the leaflet of a need: one A4 page."""
    with in_language(language):
        directory, day = _read_directory()
        entry, settings = _get_need(need, day), current_settings()
        address = f"{settings.public_url}{url_for('.show_need', language=language, need=need)}"
        issuer = next((row.name[language] for row in queries.list_points(db_session(), day)), _("Attention point"))
        leaflet = build_leaflet(
            directory,
            entry,
            day,
            issuer=issuer,
            points=entries.list_point_addresses(db_session(), day),
            address=address,
            watermark=get_watermark(settings),
        )
        content = write_leaflet(leaflet)
    if not entry.is_confidential:
        allow_public_cache(CACHE_BRIEFLY)
    # The name of a file stays on the telephone: that of a confidential need tells nothing.
    name = _("leaflet") if entry.is_confidential else entry.code.lower()
    response = send_file(
        BytesIO(content), mimetype="application/pdf", download_name=f"{name}-{language}.pdf",
        etag=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    return response.make_conditional(request)


@blueprint.get(f"{_PAGES}/entities")
@public
def list_entities(language: str) -> str:
    """List the entities by name."""
    with in_language(language):
        return _render_page("public_directory/entities.html", entities=entries.list_entities(*_read_directory()))


@blueprint.get(f"{_PAGES}/entities/<string(maxlength=40):entity>")
@public
def show_entity(language: str, entity: str) -> str:
    """Show one entity: its places, and for what one goes there."""
    with in_language(language):
        directory, day = _read_directory()
        row = next((row for row in entries.list_entities(directory, day) if row.code == entity), None)
        if row is None:
            raise NotFound(_("There is no such entry in the directory."))
        places = [entries.describe_place(row, place, day) for place in directory.list_places(entity, None, day)]
        needs = _list_needs_of(directory, row, day)
        return _render_page(
            "public_directory/entity.html",
            is_private=bool(needs) and all(need.is_confidential for need in needs),
            entity=row,
            places=places or [entries.describe_unknown_place(row)],
            needs=needs,
        )


@blueprint.get(f"{_PAGES}/neighbourhoods")
@public
def list_neighbourhoods(language: str) -> str:
    """List the places by neighbourhood."""
    with in_language(language):
        groups, unknown_places = entries.list_places_by_neighbourhood(*_read_directory())
        return _render_page("public_directory/neighbourhoods.html", groups=groups, unknown_places=unknown_places)


def _render_page(template: str, *, is_private: bool = False, **values: object) -> str:
    # A private page stays in no cache, on the way or on the telephone.
    if not is_private:
        allow_public_cache(CACHE_BRIEFLY)
    return render_template(
        template,
        is_private=is_private,
        points=entries.list_point_addresses(db_session(), clock.today()),
        other_language={"es": "en", "en": "es"}[current_language()],
        phone_address=phone_links.build_phone_address,
        whatsapp_address=phone_links.build_whatsapp_address,
        **values,
    )


def _read_directory() -> tuple[Directory, date]:
    return queries.get_directory(db_session()), clock.today()


def _get_need(code: str, day: date) -> entries.NeedEntry:
    need = next((need for need in entries.list_needs(db_session(), day) if need.code == code), None)
    if need is None:
        raise NotFound(_("There is no such entry in the directory."))
    return need


def _list_needs_of(directory: Directory, entity: EntityRow, day: date) -> list[entries.NeedEntry]:
    codes = {row.service.need for row in list_open_services(directory, day) if row.entity == entity}
    return [need for need in entries.list_needs(db_session(), day) if need.code in codes]


def _describe_need(directory: Directory, need: entries.NeedEntry) -> search.Weighted:
    yield 3, need.words
    yield 3, search.read_search_words().get(need.code, "")
    for service in directory.services.values():
        if service.need == need.code:
            yield from ((2, words) for words in service.name.values())
            yield from ((1, words) for words in service.description.values())


def _describe_entity(directory: Directory, entity: EntityRow, day: date) -> search.Weighted:
    yield from ((3, words) for text in (entity.name, entity.short) for words in text.values())
    yield from ((0.5, words) for words in entity.description.values())
    for place in directory.list_places(entity.code, None, day):
        texts = [*(place.address or {}).values(), *(place.landmark or {}).values(), *(place.name or {}).values()]
        yield from ((1, words) for words in (*texts, place.neighbourhood or ""))
