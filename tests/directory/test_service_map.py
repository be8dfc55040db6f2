"""A map of services: what it would change is shown first; it is loaded as a whole or not at all."""

import copy
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.models import Place
from attention_point.directory.places.services import confirm_place
from attention_point.directory.revision import increase_revision
from attention_point.directory.service_map import planning, reading, services
from attention_point.directory.service_map.planning import PlannedPoint
from attention_point.directory.snapshot import PlaceRow
from attention_point.directory.upkeep.history import list_entity_changes
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import AppError, Conflict, Invalid, NotFound
from tests.directory.samples import MAP
from tests.directory.test_pages import fields
from tests.support.pages import PageClient

HEAD = "Nombre del punto;Estado;Departamento;Municipio;Dirección;Servicios"
CSV = f"{HEAD}\nAlbergue Uno;Activo;Santander;Bucaramanga;Calle 10 # 20-30;Alojamiento, Kits de higiene\n"


def write(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def changed_map(index: int, **changes: Any) -> bytes:
    document = copy.deepcopy(MAP)
    document["points"][index] |= changes
    return write(document)


def plan(session: Session, actor: Actor, content: bytes) -> tuple[Any, list[PlannedPoint]]:
    map_id = services.upload_service_map(session, actor, "gifmm", reading.read_service_map(content))
    return map_id, services.plan_service_map(session, services.get_service_map(session, map_id))


def load(session: Session, actor: Actor, content: bytes, decisions: dict[int, str] | None = None) -> dict[str, int]:
    map_id, plans = plan(session, actor, content)
    return services.load_service_map(session, actor, map_id, planning.compute_plan_digest(plans), decisions or {})


def places(session: Session) -> tuple[PlaceRow, ...]:
    return queries.get_directory(session).places.get("gifmm", ())


def test_the_dry_run_says_what_would_become_of_each_point_and_changes_nothing(loaded: Session, actor: Actor) -> None:
    revision = queries.get_revision(loaded)
    _map, plans = plan(loaded, actor, write(MAP))
    assert [(row.row, row.kind, row.reason) for row in plans] == [
        (1, "add", ""),
        (2, "add", ""),
        (3, "doubtful", "twice"),
        (4, "left", "closed"),
        (5, "left", "elsewhere"),
    ]
    assert (plans[2].other_row, plans[0].unknown_services) == (1, ("Kits de higiene",))
    assert (places(loaded), queries.get_revision(loaded)) == ((), revision)


def test_a_map_is_loaded_once_and_a_second_time_finds_its_places_again(loaded: Session, actor: Actor) -> None:
    assert load(loaded, actor, write(MAP)) == {"add": 2, "change": 0, "leave": 3}
    first, second = places(loaded)
    assert (first.name, first.services, first.confirmed_on) == (
        {"es": "Albergue Uno", "en": "Albergue Uno"},
        ("HUMAN-ALBERGUE",),
        None,
    )
    assert "Kits de higiene" in (first.source or "")
    assert load(loaded, actor, write(MAP))["add"] == 0
    assert load(loaded, actor, changed_map(1, address="Carrera 1 # 2-3"))["change"] == 1
    assert places(loaded)[1].address == {"es": "Carrera 1 # 2-3", "en": "Carrera 1 # 2-3"}
    assert [change.action for change in list_entity_changes(loaded, "gifmm")] == ["import"] * 3
    assert load(loaded, actor, changed_map(1, state="cerrado"))["change"] == 1
    assert places(loaded)[1].valid_to is not None


def test_a_doubtful_point_is_left_unless_somebody_decides(loaded: Session, actor: Actor) -> None:
    load(loaded, actor, write(MAP))
    near = write([{**MAP["points"][0], "id": "99", "name": "ALBERGUE  UNO", "phone": "607 9"}])
    _map, (row,) = plan(loaded, actor, near)
    assert (row.kind, row.reason, row.place) == ("doubtful", "near", places(loaded)[0])
    assert load(loaded, actor, near)["leave"] == 1
    assert load(loaded, actor, near, {1: "change"})["change"] == 1
    assert (places(loaded)[0].phone, len(places(loaded))) == ("607 9", 2)
    assert load(loaded, actor, near, {1: "add"})["add"] == 1
    assert len(places(loaded)) == 3


def test_a_map_is_loaded_behind_the_last_of_many_places(loaded: Session, actor: Actor) -> None:
    load(loaded, actor, write(MAP))
    loaded.execute(update(Place).where(Place.entity == "gifmm").values(order=999))
    increase_revision(loaded)
    other = {**MAP["points"][0], "id": "77", "name": "Comedor del Norte", "address": "Carrera 90 # 90-90"}
    assert load(loaded, actor, write([other]))["add"] == 1
    assert [place.order for place in places(loaded)] == [999] * 3


def test_what_somebody_confirmed_is_not_put_aside_by_a_map(loaded: Session, actor: Actor) -> None:
    load(loaded, actor, write(MAP))
    confirm_place(loaded, actor, places(loaded)[0].id, 1)
    other = changed_map(0, phone="607 1")
    _map, plans = plan(loaded, actor, other)
    assert (plans[0].kind, plans[0].reason) == ("doubtful", "confirmed")
    load(loaded, actor, other)
    assert places(loaded)[0].phone == "607 222 0000"
    load(loaded, actor, other, {1: "change"})
    assert (places(loaded)[0].phone, places(loaded)[0].confirmed_on) == ("607 1", None)


@pytest.mark.parametrize("address", ["Cll 10 No. 20-30", "CL. 10 #20 - 30", "calle 10 N° 20-30", "Calle 10 nro 20-30"])
def test_one_house_whose_address_is_spelt_otherwise_is_seen_twice(loaded: Session, actor: Actor, address: str) -> None:
    point = {**MAP["points"][0], "address": "Calle 10 # 20-30"}
    _map, plans = plan(loaded, actor, write([{**point, "id": "1"}, {**point, "id": "2", "address": address}]))
    assert [(row.kind, row.reason) for row in plans] == [("add", ""), ("doubtful", "twice")]


@pytest.mark.parametrize("ids", [("a b", "A-B"), (f"{'x' * 60}1", f"{'x' * 60}2")])
def test_two_ids_that_are_one_id_of_a_place_are_one_point(loaded: Session, actor: Actor, ids: tuple[str, str]) -> None:
    point, other = MAP["points"][0], {"name": "Otra casa", "address": "Carrera 90 # 90-90"}
    content = write([{**point, "id": ids[0]}, {**point, **other, "id": ids[1]}])
    assert [row.reason for row in plan(loaded, actor, content)[1]] == ["", "twice"]
    assert load(loaded, actor, content) == {"add": 1, "change": 0, "leave": 1}


def test_two_houses_of_a_street_and_two_branches_are_two_places(loaded: Session, actor: Actor) -> None:
    point = MAP["points"][0]
    rows = [
        {**point, "id": "1"},
        {**point, "id": "2", "address": "Calle 10 # 20-31"},
        {**point, "id": "3", "municipality": "Floridablanca"},
        {**point, "id": "4", "name": "Comedor La Esperanza"},
    ]
    _map, plans = plan(loaded, actor, write(rows))
    assert [row.kind for row in plans] == ["add"] * 4


WRONG: list[tuple[bytes, type[Exception]]] = [
    (b"", AppError),
    (b"nothing", AppError),
    (b"[1, 2", AppError),
    (b'{"points": 5}', AppError),
    (b"[]", AppError),
    (b"[5]", AppError),
    (b"[" * 100_000, AppError),
    (write([{"name": "X"}] * (reading.MAX_POINTS + 1)), AppError),
    (changed_map(0, name=""), Invalid),
    (changed_map(0, state="quizás"), Invalid),
    (changed_map(0, municipality="Macondo"), Invalid),
    (changed_map(0, latitude="norte"), Invalid),
    (changed_map(0, phone="abc"), Invalid),
    (changed_map(0, email="abc"), Invalid),
    (f"{HEAD}\n;Activo;Santander;Bucaramanga;;\n".encode(), Invalid),
]


def test_a_file_that_is_wrong_is_refused_with_its_rows(loaded: Session, actor: Actor) -> None:
    for content, kind in WRONG:
        with pytest.raises(kind):
            services.upload_service_map(loaded, actor, "gifmm", reading.read_service_map(content))
    blank_rows = CSV + "\n\nSin municipio;Activo;Santander;;;\n"
    with pytest.raises(Invalid) as caught:
        services.upload_service_map(loaded, actor, "gifmm", reading.read_service_map(blank_rows.encode()))
    assert [error.field for error in caught.value.field_errors] == ["rows.5"]  # as a person counts the lines


def test_nothing_is_half_loaded(loaded: Session, actor: Actor) -> None:
    map_id, _plans = plan(loaded, actor, write(MAP))
    row = services.get_service_map(loaded, map_id)
    # Kept by a version that did not look at addresses yet.
    row.points = [{**point, **({"email": "nobody"} if point["row"] == 2 else {})} for point in row.points]
    plans = services.plan_service_map(loaded, row)
    with pytest.raises(Invalid) as caught, loaded.begin_nested():
        services.load_service_map(loaded, actor, map_id, planning.compute_plan_digest(plans), {})
    assert [error.field for error in caught.value.field_errors] == ["rows.2"]
    assert places(loaded) == ()


def test_a_plan_that_is_no_longer_true_is_not_carried_out(loaded: Session, actor: Actor) -> None:
    map_id, plans = plan(loaded, actor, write(MAP))
    digest = planning.compute_plan_digest(plans)
    load(loaded, actor, write(MAP))
    with pytest.raises(Conflict):
        services.load_service_map(loaded, actor, map_id, digest, {})
    digest = planning.compute_plan_digest(services.plan_service_map(loaded, services.get_service_map(loaded, map_id)))
    services.load_service_map(loaded, actor, map_id, digest, {})
    with pytest.raises(NotFound):  # once
        services.load_service_map(loaded, actor, map_id, digest, {})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_table_is_read_as_the_json_is(encoding: str) -> None:
    (point,) = reading.read_service_map(CSV.encode(encoding))
    assert point == {
        **{"row": 2, "name": "Albergue Uno", "address": "Calle 10 # 20-30", "department": "Santander"},
        **{"services": ["Alojamiento", "Kits de higiene"], "is_open": True},
        **{"municipality": "68001", "municipality_name": "Bucaramanga"},
    }
    (one_service,) = reading.read_service_map(CSV.replace("Alojamiento, ", "").encode(encoding))
    assert one_service["services"] == ["Kits de higiene"]


def test_of_municipalities_with_one_name_the_department_decides() -> None:
    assert reading.find_municipality("Barbosa", "Santander") == "68077"
    assert reading.find_municipality("Barbosa", "Antioquia") == "05079"
    assert reading.find_municipality("Barbosa", "") is None
    assert reading.find_municipality("cucuta", "") == "54001"
    assert reading.find_municipality("27493", "") == "27493"


def test_a_cell_without_end_is_refused_and_not_read() -> None:
    with pytest.raises(AppError):
        reading.read_service_map(f'{HEAD}\n"{"a" * 200_000};Activo;Santander;Bucaramanga;x;y\n'.encode())


def test_names_of_any_length_are_not_compared(session: Session) -> None:
    with pytest.raises(Invalid) as refused:
        reading.read_service_map(changed_map(0, name="a" * 301))
    assert [error.field for error in refused.value.field_errors] == ["rows.1"]


_TEXTS = st.text(max_size=20)
_VALUES = st.recursive(st.none() | st.booleans() | st.floats() | _TEXTS, st.lists, max_leaves=4)


@given(
    st.lists(st.dictionaries(st.sampled_from([*MAP["points"][0], "id", "lat", "geometry", "x"]), _VALUES), max_size=4)
)
def test_no_map_breaks_the_reading(rows: list[dict[str, Any]]) -> None:
    try:
        points = reading.read_service_map(write(rows))
    except AppError:
        return
    assert len(points) == len(rows)


def test_a_map_is_uploaded_and_loaded_by_page(browse: Callable[[str], PageClient]) -> None:
    client = browse("office")
    form = fields(client.get("/directory/service-map"))
    assert client.post("/directory/service-map", data=form).status_code == 422
    bad = {**form, "entity": "gifmm", "file": (io.BytesIO(changed_map(0, name="")), "map.json")}
    reply = client.post("/directory/service-map", data=bad)
    assert "Fila 1: No tiene nombre." in reply.text
    good = {**form, "entity": "gifmm", "file": (io.BytesIO(write(MAP)), "map.json")}
    address = client.post("/directory/service-map", data=good).headers["Location"]
    assert "El mapa lo trae dos veces" in client.get(address).text
    sent = {**fields(client.get(address)), "row-3": "add"}
    assert client.post(address, data={**sent, "digest": "old"}).status_code == 409
    assert client.post(address, data=sent).headers["Location"] == "/directory/entities/gifmm"
    assert client.get("/directory/entities/gifmm").text.count("Albergue Uno") >= 1
    assert client.get(address).status_code == 404
