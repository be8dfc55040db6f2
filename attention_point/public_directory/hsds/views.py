"""The API of HSDS 3.0 under ``/hsds/``: read-only, without an account, and kept by caches for some minutes."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, request
from pydantic_core import to_json
from werkzeug.wrappers import Response

from attention_point.directory import queries
from attention_point.directory.snapshot import Directory, EntityRow
from attention_point.foundation import clock
from attention_point.foundation.access import public
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import in_language
from attention_point.foundation.web import db_session
from attention_point.foundation.web.security.response_headers import allow_public_cache
from attention_point.public_directory import search
from attention_point.public_directory.hsds import listing, services
from attention_point.public_directory.hsds.identifiers import build_id, build_taxonomy_id
from attention_point.public_directory.hsds.places import HsdsObject
from attention_point.public_directory.provided_services import (
    ProvidedService,
    list_places_of,
    list_provided_services,
)

blueprint = Blueprint("hsds", __name__, url_prefix="/hsds")
VERSION = "3.0"
PROFILE = "https://docs.openreferral.org/en/3.0/hsds/"
OPENAPI_URL = "https://raw.githubusercontent.com/openreferral/specification/3.0/schema/openapi.json"
CACHE_BRIEFLY = "public, max-age=300"  # seconds until a correction is seen
# The published texts are Spanish, whatever the language of the program that reads them.
_LANGUAGE = "es"
Item = TypeVar("Item")


@blueprint.get("/")
@public
def show_description() -> Response:
    """Say which version of the standard this is."""
    return _send_item({"version": VERSION, "profile": PROFILE, "openapi_url": OPENAPI_URL})


@blueprint.get("/services")
@public
def list_services() -> Response:
    """List the services, each at the entity that gives it."""
    asked = listing.read_list_request(request.args)
    directory, day = _read_directory()
    provided_services = [row for row in list_provided_services(directory, day) if _fits_filters(row)]
    if asked.search:
        provided_services = search.find_best(asked.search, provided_services, _describe_service)

    def build(row: ProvidedService) -> HsdsObject:
        if asked.is_full:
            return services.build_full_service(directory, row, day)
        service = services.build_service(directory, row, day)
        # The parameter asks for ids alone, and the schema of a service for these three.
        return {name: service[name] for name in ("id", "name", "status")} if asked.is_minimal else service

    return _send_list(provided_services, build, asked)


@blueprint.get("/services/<uuid:service_id>")
@public
def show_service(service_id: UUID) -> Response:
    """Show one service with everything that hangs on it."""
    directory, day = _read_directory()
    provided = _find_item(list_provided_services(directory, day), services.build_service_id, service_id)
    with in_language(_LANGUAGE):
        return _send_item(services.build_full_service(directory, provided, day))


@blueprint.get("/organizations")
@public
def list_organizations() -> Response:
    """List the entities."""
    asked = listing.read_list_request(request.args)
    directory, day = _read_directory()
    entities = [directory.entities[code] for code in sorted(directory.entities)]
    if asked.search:
        entities = search.find_best(asked.search, entities, _describe_entity)

    def build(entity: EntityRow) -> HsdsObject:
        if asked.is_full:
            return services.build_full_organization(directory, entity, day)
        return services.build_organization(entity, directory.list_places(entity.code, None, day))

    return _send_list(entities, build, asked)


@blueprint.get("/organizations/<uuid:organization_id>")
@public
def show_organization(organization_id: UUID) -> Response:
    """Show one entity with its places."""
    directory, day = _read_directory()
    entity = _find_item(
        list(directory.entities.values()), lambda row: build_id("organization", row.code), organization_id
    )
    with in_language(_LANGUAGE):
        return _send_item(services.build_full_organization(directory, entity, day))


@blueprint.get("/service_at_locations")
@public
def list_service_at_locations() -> Response:
    """List which service is given in which place."""
    asked = listing.read_list_request(request.args)
    directory, day = _read_directory()
    provided_services = [row for row in list_provided_services(directory, day) if _fits_filters(row)]
    if asked.search:
        provided_services = search.find_best(asked.search, provided_services, _describe_service)
    pairs = [(row, place) for row in provided_services for place in list_places_of(directory, row, day)]
    return _send_list(
        pairs, lambda pair: _select_nested(services.build_service_at_location(*pair, day), asked.is_full), asked
    )


@blueprint.get("/service_at_locations/<uuid:service_at_location_id>")
@public
def show_service_at_location(service_at_location_id: UUID) -> Response:
    """Show one service in one place."""
    directory, day = _read_directory()
    with in_language(_LANGUAGE):
        rows = [
            services.build_service_at_location(row, place, day)
            for row in list_provided_services(directory, day)
            for place in list_places_of(directory, row, day)
        ]
        return _send_item(_find_item(rows, lambda row: row["id"], service_at_location_id))


@blueprint.get("/taxonomies")
@public
def list_taxonomies() -> Response:
    """List the lists of terms: there is one, of needs."""
    return _send_list([None], lambda _none: services.build_taxonomy(), listing.read_list_request(request.args))


@blueprint.get("/taxonomies/<uuid:taxonomy_id>")
@public
def show_taxonomy(taxonomy_id: UUID) -> Response:
    """Show the list of needs."""
    with in_language(_LANGUAGE):
        return _send_item(_find_item([services.build_taxonomy()], lambda row: row["id"], taxonomy_id))


@blueprint.get("/taxonomy_terms")
@public
def list_taxonomy_terms() -> Response:
    """List the needs. They have no order among them, so that ``parent_id`` finds none."""
    asked = listing.read_list_request(request.args)
    terms = services.list_terms(_read_directory()[0])
    if request.args.get("taxonomy_id") not in {None, "", build_taxonomy_id()} or request.args.get("parent_id"):
        terms = []
    if asked.search:
        terms = search.find_best(asked.search, terms, lambda term: [(2, term["name"]), (1, term["description"])])
    return _send_list(terms, lambda term: term, asked)


@blueprint.get("/taxonomy_terms/<uuid:term_id>")
@public
def show_taxonomy_term(term_id: UUID) -> Response:
    """Show one need."""
    with in_language(_LANGUAGE):
        return _send_item(_find_item(services.list_terms(_read_directory()[0]), lambda row: row["id"], term_id))


def _read_directory() -> tuple[Directory, date]:
    return queries.get_directory(db_session()), clock.today()


def _fits_filters(provided: ProvidedService) -> bool:
    """Whether a service is what the address asks for. An id that does not exist fits nothing."""
    found_by = {
        "organization_id": build_id("organization", provided.entity.code) if provided.entity else "",
        "taxonomy_term_id": build_id("term", provided.service.need),
        "taxonomy_id": build_taxonomy_id(),
    }
    return all(request.args.get(name, "").lower() in {"", value} for name, value in found_by.items())


def _describe_service(provided: ProvidedService) -> search.Weighted:
    service = provided.service
    yield from ((3, words) for words in service.name.values())
    yield from ((1, words) for words in service.description.values())
    yield 2, search.read_search_words().get(service.need, "")
    if provided.entity:
        yield from _describe_entity(provided.entity)


def _describe_entity(entity: EntityRow) -> search.Weighted:
    yield from ((2, words) for text in (entity.name, entity.short) for words in text.values())
    yield from ((0.5, words) for words in entity.description.values())


def _select_nested(service_at_location: HsdsObject, is_full: bool) -> HsdsObject:
    return (
        service_at_location
        if is_full
        else {name: value for name, value in service_at_location.items() if name != "location"}
    )


def _find_item(items: Sequence[Item], get_id: Callable[[Item], str], wanted: UUID) -> Item:
    wanted_item = next((item for item in items if get_id(item) == str(wanted)), None)
    if wanted_item is None:
        raise NotFound(_("There is no such entry in the directory."))
    return wanted_item


def _send_list(items: Sequence[Item], build: Callable[[Item], Any], asked: listing.ListRequest) -> Response:
    """A page of a list; of the items only those of the page are built. ``ndjson`` gives all, each on a line."""
    with in_language(_LANGUAGE):
        if asked.is_ndjson:
            content = b"".join(to_json(build(item)) + b"\n" for item in items)
            return _send_conditionally(content, "application/x-ndjson")
        page = listing.build_page(items, asked)
        return _send_item({**page, "contents": [build(item) for item in page["contents"]]})


def _send_item(content: Any) -> Response:
    return _send_conditionally(to_json(content), "application/json")


def _send_conditionally(content: bytes, mimetype: str) -> Response:
    allow_public_cache(CACHE_BRIEFLY)
    response = Response(content, mimetype=mimetype)
    response.set_etag(hashlib.sha256(content).hexdigest())
    return response.make_conditional(request)
