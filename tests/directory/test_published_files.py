"""The services as a file: written, changed by the office, and published as it was shown."""

from collections.abc import Callable

import yaml
from sqlalchemy.orm import Session

from attention_point.directory import queries
from attention_point.directory.models import EDITED
from attention_point.directory.seed.loading import load_shipped_files, load_yaml_file
from attention_point.directory.seed.writing import write_services_file
from attention_point.directory.service_rows import ServiceRow
from attention_point.foundation.access import Actor
from tests.directory.test_pages import fields
from tests.support.pages import PageClient

BrowseAs = Callable[[str], PageClient]


def find_permits(session: Session) -> ServiceRow:
    row = queries.find_service(session, "MIG-REG")
    assert row is not None
    return row


def find_last_day(session: Session) -> str:
    return str(next(row.valid_to for row in find_permits(session).instruments if row.code == "PEP-1"))


def change_window(session: Session, last_day: str) -> bytes:
    file = yaml.safe_load(write_services_file(queries.get_directory(session)))
    (service,) = (row for row in file["services"] if row["code"] == "MIG-REG")
    service["instruments"][0]["valid_to"] = last_day
    return yaml.safe_dump(file, allow_unicode=True).encode()


def test_what_is_written_changes_nothing_when_it_is_loaded(loaded: Session, actor: Actor) -> None:
    content = write_services_file(queries.get_directory(loaded)).encode()
    result = load_yaml_file(loaded, actor, content)
    assert (result.added, result.changed, result.unchanged) == (0, 0, len(queries.get_services_by_code(loaded)))


def test_what_the_office_publishes_takes_the_place_of_what_it_edited_and_outlives_an_upgrade(
    loaded: Session, actor: Actor
) -> None:
    load_yaml_file(loaded, actor, change_window(loaded, "2017-09-30"), origin=EDITED)
    load_yaml_file(loaded, actor, change_window(loaded, "2017-10-15"), origin=EDITED)
    assert (find_last_day(loaded), find_permits(loaded).origin) == ("2017-10-15", EDITED)
    load_shipped_files(loaded)
    assert find_last_day(loaded) == "2017-10-15"


def test_a_file_from_elsewhere_leaves_what_the_office_published(loaded: Session, actor: Actor) -> None:
    load_yaml_file(loaded, actor, change_window(loaded, "2017-09-30"), origin=EDITED)
    assert load_yaml_file(loaded, actor, change_window(loaded, "2017-10-15")).kept_codes == ("MIG-REG",)
    assert find_last_day(loaded) == "2017-09-30"


def test_the_page_of_a_service_shows_its_windows_and_what_is_told(browse: BrowseAs) -> None:
    page = browse("office").get("/directory/services/MIG-REG").get_data(as_text=True)
    for expected in ("Permiso Especial de Permanencia, fase 1", "03/08/2017", "Hoy no hay un permiso abierto"):
        assert expected in page, expected
    # A table without rows says nothing.
    assert "Documentos que se aceptan" not in page
    assert ">MIG-REG</a>" not in browse("office").get("/directory/services").get_data(as_text=True)


def test_what_the_form_has_no_field_for_is_named_once(browse: BrowseAs) -> None:
    client = browse("office")
    address = "/directory/services/MIG-REG/edit"
    page = client.get(address)
    sent = {**fields(page), "valid_to": "31/12/2018", "preview": "yes"}
    sentence = "Ventanas del trámite: Nunca rige mientras rige su servicio"
    html = client.post(address, data=sent).get_data(as_text=True)
    assert html.count(sentence) == 1


def test_the_services_are_downloaded_by_who_may_change_the_rules(browse: BrowseAs) -> None:
    reply = browse("office").get("/routing/services.yaml")
    assert "services.yaml" in reply.headers["Content-Disposition"]
    assert "PEP-1" in reply.get_data(as_text=True)
    assert browse("agent").get("/routing/services.yaml").status_code == 403
