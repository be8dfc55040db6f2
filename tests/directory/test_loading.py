"""Loading files: idempotent, whole or not at all, never over the office's own edits."""

import copy
import re
from datetime import date
from functools import partial
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from attention_point.directory import queries, services
from attention_point.directory.models import Entity, Offer
from attention_point.directory.seed.loading import DATA_FOLDER, load_directory, load_shipped_files, load_yaml_file
from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM, Actor
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Invalid
from attention_point.foundation.journal import JournalEntry
from attention_point.foundation.language import in_language
from attention_point.routing.bench import case_store

FILE: dict[str, Any] = {
    "entities": [
        {
            "code": "casa-abierta",
            "kind": "municipal",
            "name": {"es": "Casa Abierta", "en": "Open House"},
            "short": {"es": "Casa", "en": "House"},
            "description": {"es": "Recibe a familias.", "en": "Receives families."},
            "valid_from": "2018-01-01",
            "valid_to": None,
        }
    ],
    "services": [
        {
            "code": "ALBERGUE",
            "need": "ALBERGUE",
            "name": {"es": "Albergue", "en": "Shelter"},
            "description": {"es": "Una noche.", "en": "One night."},
            "restricted": False,
            "documents_none": True,
            "fields": ["given_names"],
            "valid_from": "2018-01-01",
        }
    ],
    "offers": [{"service": "ALBERGUE", "entity": "casa-abierta", "order": 1, "valid_from": "2018-01-01"}],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The file with one value put at a path."""
    source: Any = copy.deepcopy(FILE)
    *parts, last = path.split(".")
    here = source
    for part in parts:
        here = here[int(part)] if part.isdecimal() else here[part]
    here[int(last) if last.isdecimal() else last] = value
    return dict(source)


def refusal_of(session: Session, source: object) -> Invalid:
    with in_language("en"), pytest.raises(Invalid) as caught:
        load_directory(session, SYSTEM, source)
    return caught.value


def entries(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(JournalEntry)) or 0


def test_the_shipped_files_hold_the_entities_services_and_the_point(loaded: Session) -> None:
    assert {"migracion-colombia", "dane", "gifmm"} < queries.list_entity_codes(loaded)
    assert len(queries.list_service_codes(loaded)) == 41
    point = queries.find_point(loaded, "bucaramanga")
    assert point is not None
    assert point.prefix == "BGA"
    assert "2017-08" in queries.list_consent_versions(loaded)


def test_loading_twice_changes_nothing(loaded: Session) -> None:
    before = queries.get_directory(loaded), queries.get_revision(loaded), entries(loaded)
    load_shipped_files(loaded)
    assert (queries.get_directory(loaded), queries.get_revision(loaded), entries(loaded)) == before


def test_a_load_counts_what_it_did_and_is_journaled(loaded: Session) -> None:
    revision, before = queries.get_revision(loaded), entries(loaded)
    load_result = load_directory(loaded, SYSTEM, FILE)
    assert (load_result.added, load_result.changed, load_result.unchanged, load_result.kept_codes) == (2, 0, 0, ())
    assert queries.get_revision(loaded) == revision + 1
    assert entries(loaded) == before + 1
    load_result = load_directory(loaded, SYSTEM, changed("services.0.name.es", "Albergue de paso"))
    assert (load_result.added, load_result.changed, load_result.unchanged) == (0, 1, 1)
    service = queries.find_service(loaded, "ALBERGUE")
    assert service is not None
    assert (service.name["es"], service.version) == ("Albergue de paso", 2)


def test_what_the_office_edited_survives_a_load(loaded: Session, actor: Actor) -> None:
    load_directory(loaded, SYSTEM, FILE)
    values = {name: FILE["entities"][0][name] for name in ("kind", "name", "short", "description", "valid_from")}
    services.save_entity(loaded, actor, "casa-abierta", 1, {**values, "verified": True})
    load_result = load_directory(loaded, SYSTEM, changed("entities.0.short.es", "Otra"))
    assert load_result.kept_codes == ("casa-abierta",)
    entity = queries.find_entity(loaded, "casa-abierta")
    assert entity is not None
    assert (entity.short["es"], entity.verified, entity.version) == ("Casa", True, 2)


def test_the_offers_of_an_edited_service_survive_a_load(loaded: Session, actor: Actor) -> None:
    load_directory(loaded, SYSTEM, FILE)
    service = {name: value for name, value in FILE["services"][0].items() if name not in {"code", "need", "restricted"}}
    offers = [{"entity": "oim", "order": 1, "valid_from": "2018-01-01"}]
    services.save_service(loaded, actor, "ALBERGUE", 1, {**service, "offers": offers})
    assert load_directory(loaded, SYSTEM, FILE).kept_codes == ("ALBERGUE",)
    assert load_directory(loaded, SYSTEM, {"offers": FILE["offers"]}).kept_codes == ("ALBERGUE",)
    row = queries.find_service(loaded, "ALBERGUE")
    assert row is not None
    assert [offer.entity for offer in row.offers] == ["oim"]


def test_a_file_of_offers_alone_adds_to_those_that_stand(loaded: Session) -> None:
    load_directory(loaded, SYSTEM, FILE)
    added_offer = {"service": "ALBERGUE", "entity": "oim", "order": 2, "valid_from": "2018-01-01"}
    load_directory(loaded, SYSTEM, {"offers": [added_offer]})
    row = queries.find_service(loaded, "ALBERGUE")
    assert row is not None
    assert [offer.entity for offer in row.offers] == ["casa-abierta", "oim"]
    load_directory(loaded, SYSTEM, FILE)  # for a service in the file, its offers are the whole list
    row = queries.find_service(loaded, "ALBERGUE")
    assert row is not None
    assert [offer.entity for offer in row.offers] == ["casa-abierta"]


WRONG = [
    ("entities.0.colour", "blue", "entities · 1 (casa-abierta) · colour · This field does not exist."),
    ("entities.0.valid_from", "2018-02-30", "entities · 1 (casa-abierta) · valid_from · Write a real date"),
    ("entities.0.valid_from", 20180101, "valid_from · Write a real date"),
    ("entities.0.valid_to", "2017-12-31", "valid_to · The last day cannot be before the first day."),
    ("entities.0.name", {"es": "Casa"}, "name · en · This is required."),
    ("entities.0.name.es", "x" * 151, "name · es · At most 150 characters."),
    ("entities.0.name.es", "a\x00b", "name · es · There is an invisible or control character here."),
    ("entities.0.name.es", 7, "name · es · This must be text."),
    ("entities.0.kind", "royal", "kind · This code does not exist."),
    ("entities.0.code", "Casa Abierta", "code · This code does not exist or is not written as one"),
    ("entities.0.code", "new", "code · This code is reserved for the program."),
    ("services.0.documents", [{"type": "PA", "valid_from": "2018-01-01"}], "This service requests no documents"),
    ("services.0.fields", ["status"], "fields · Some of these data may not be shown to an entity."),
    ("services.0.fields", "all", "fields · This must be a list."),
    ("services.0.restricted", "perhaps", "restricted · This must be yes or no."),
    ("offers.0.entity", "nobody", "offers · 1 (ALBERGUE/nobody) · entity · The directory has no entity"),
    ("offers.0.service", "NOTHING", "services · 1 (ALBERGUE) · At least one entity must offer this service."),
    ("offers.0.order", 0, "order · At least 1."),
    ("offers.0.order", "first", "order · This must be a whole number."),
    ("offers", [*FILE["offers"], *FILE["offers"]], "2 (ALBERGUE/casa-abierta) · valid_from · This entity already"),
    ("entities", [*FILE["entities"], *FILE["entities"]], "entities · 2 (casa-abierta) · code · This appears twice"),
    ("services.0", "ALBERGUE", "services · 1 · This must be an object."),
    ("points", [{"code": "x", "prefix": "BGA", "name": {"es": "X", "en": "X"}, "valid_from": "2018-01-01"}], "prefix"),
    ("lines", [{"code": "l", "number": "123", "name": {"es": "L", "en": "L"}, "services": ["NO"],
                "valid_from": "2018-01-01"}], "lines · 1 (l) · services · The directory has no service"),
]  # fmt: skip


def test_a_wrong_file_is_refused_with_its_row_named(loaded: Session) -> None:
    before = queries.get_directory(loaded)
    for path, value, message in WRONG:
        assert message in str(refusal_of(loaded, changed(path, value))), path
    assert queries.get_directory(loaded) == before


def test_what_is_no_directory_is_refused(loaded: Session) -> None:
    sources: list[object] = [None, [], "entities", 7, {1: 2}, {"people": []}]
    for source in sources:
        assert refusal_of(loaded, source).field_errors, source


def test_what_is_no_yaml_is_refused(session: Session) -> None:
    wrong = {b"\xff\xfe": "?", b"\nentities: [": 2, b"a: !!python/object:os.system {}": 1, b"[" * 1000: "?"}
    for content, line in wrong.items():
        with in_language("en"), pytest.raises(AppError, match=re.escape(f"cannot be read as YAML (line {line})")):
            load_yaml_file(session, SYSTEM, content)
    # Whoever pastes a second list of services would lose the first one, and not be told.
    for read in (partial(load_yaml_file, session, SYSTEM), case_store.parse_yaml):
        with in_language("en"), pytest.raises(AppError, match="Line 3 of the file says “services” a second time"):
            read(b"services: []\nentities: []\nservices: []")


def test_a_file_that_is_too_large_is_refused(session: Session) -> None:
    with in_language("en"), pytest.raises(AppError, match="too large"):
        load_yaml_file(session, SYSTEM, b"#" * (2 * 1024 * 1024 + 1))


def test_a_few_lines_that_unfold_into_millions_of_values_are_refused(session: Session) -> None:
    bomb = b"a: &a [1, 2]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (98 + i, 98 + i, 97 + i, 97 + i) for i in range(20))
    with in_language("en"), pytest.raises(AppError, match="more than 100000 values"):
        load_yaml_file(session, SYSTEM, bomb)
    with in_language("en"), pytest.raises(AppError, match="more than 100000 values"):
        load_yaml_file(session, SYSTEM, b"services: [" + b"1," * 100_000 + b"]")
    with in_language("en"), pytest.raises(AppError, match="cannot be read"):
        load_yaml_file(session, SYSTEM, b"[" * 50_000 + b"]" * 50_000)


def test_an_everyday_word_for_a_document_is_stored_as_its_code(loaded: Session) -> None:
    source = changed("services.0.documents_none", False)
    source["services"][0]["documents"] = [{"type": "PEP", "valid_from": "2018-01-01"}]
    load_directory(loaded, SYSTEM, source)
    service = queries.find_service(loaded, "ALBERGUE")
    assert service is not None
    assert [document.type for document in service.documents] == ["PE"]
    source["services"][0]["documents"][0]["type"] = "QQ"
    assert "No document has this code." in str(refusal_of(loaded, source))


def consent() -> Any:
    return yaml.safe_load((DATA_FOLDER / "consent_texts.yaml").read_text(encoding="utf-8"))


def test_a_consent_text_in_use_is_not_changed_but_may_end(loaded: Session) -> None:
    source = consent()
    source["texts"][0]["rights"]["es"] += " Gracias."
    assert "A text in use is not changed" in str(refusal_of(loaded, source))
    source = consent()
    source["texts"][0]["valid_to"] = "2019-12-31"
    source["texts"][0]["contact"]["confirmed"] = "2019-01-01"
    assert load_directory(loaded, SYSTEM, source).changed == 1
    text = queries.find_consent_text_version(loaded, "2017-08")
    assert text is not None
    assert text.valid_to == date(2019, 12, 31)


def test_a_consent_text_still_to_come_may_be_changed(loaded: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2017, 8, 8))
    source = consent()
    before = queries.find_consent_text_version(loaded, "2017-08")
    source["texts"][0]["rights"]["es"] += " Gracias."
    load_directory(loaded, SYSTEM, source)
    after = queries.find_consent_text_version(loaded, "2017-08")
    assert before is not None
    assert after is not None
    assert before.digest != after.digest


def test_nothing_of_a_refused_file_is_stored(database: Database) -> None:
    with pytest.raises(Invalid), database.write_session() as session:
        load_directory(session, SYSTEM, changed("offers.0.entity", "nobody"))
    with database.read_session() as session:
        assert session.scalar(select(func.count()).select_from(Entity)) == 0
        assert session.scalar(select(func.count()).select_from(Offer)) == 0
        assert queries.get_revision(session) == 0
