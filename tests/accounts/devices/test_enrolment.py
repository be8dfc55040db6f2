"""A device gets its token for a code, once; nobody guesses the code; a revoked device is refused (SECURITY row 35)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from attention_point.accounts.devices import queries, rules, services
from attention_point.accounts.devices.models import Device
from attention_point.accounts.rules import ACCOUNT_LIMIT, ADDRESS_LIMIT
from attention_point.accounts.services import hash_secret
from attention_point.accounts.sign_in import authentication
from attention_point.foundation.access import DEVICE_KINDS, SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Conflict, Invalid, NotFound, TooManyTries
from tests.accounts.devices.support import POINT, add_device, enrol, revoke
from tests.accounts.support import EMAIL, PASSWORD, Clock, add_account
from tests.support.pages import PageClient

ENROL = "/api/v1/devices/enrol"


def find_device(database: Database, token: str) -> object:
    with database.read_session() as session:
        return queries.find_device_by_token(session, hash_secret(token))


def stored(database: Database) -> Device:
    with database.read_session() as session:
        return session.scalars(select(Device)).one()


def test_a_code_gives_a_token_once(client: PageClient, database: Database) -> None:
    code = add_device(database).enrolment_code
    first = client.post(ENROL, json={"code": code})
    assert first.status_code == 201
    assert first.get_json()["token"].startswith("apd_")
    assert (first.get_json()["name"], first.get_json()["point"], first.get_json()["kind"]) == (
        "Tableta 1",
        POINT,
        "tablet",
    )
    again = client.post(ENROL, json={"code": code})
    assert (again.status_code, [fault["field"] for fault in again.get_json()["fields"]]) == (422, ["code"])
    device = stored(database)
    assert device.enrolled_at is not None
    assert device.code_digest is None


def test_a_code_that_many_type_at_once_makes_one_device(database: Database) -> None:
    code = add_device(database).enrolment_code

    def attempt(_number: int) -> bool:
        try:
            services.enrol_device(database, code, "192.0.2.9")
        except (Invalid, TooManyTries):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "no-hyphen", "with spaces"])
def test_a_code_is_read_as_people_type_it(database: Database, typed: str) -> None:
    code = add_device(database).enrolment_code
    forms = {"lower": code.lower(), "no-hyphen": code.replace("-", ""), "with spaces": " ".join(code)}
    assert services.enrol_device(database, forms.get(typed, typed.format(code)), "192.0.2.9").token


def test_a_code_ends_after_a_day(database: Database, time: Clock) -> None:
    code = add_device(database).enrolment_code
    time.pass_by(hours=24, seconds=1)
    with pytest.raises(Invalid):
        services.enrol_device(database, code, "192.0.2.9")


def test_neither_code_nor_token_is_stored(database: Database) -> None:
    codes = add_device(database, kind="kiosk")
    token = services.enrol_device(database, codes.enrolment_code, "192.0.2.9").token
    stored_bytes = b"".join(value for value in vars(stored(database)).values() if isinstance(value, bytes))
    for secret in (codes.enrolment_code, codes.enrolment_code.replace("-", ""), codes.staff_code or "", token):
        assert secret.encode() not in stored_bytes


def test_guesses_have_to_wait_and_keep_nobody_from_signing_in(database: Database, time: Clock) -> None:
    code = add_device(database).enrolment_code
    add_account(database)
    for number in range(ADDRESS_LIMIT.free_failures):
        with pytest.raises(Invalid):
            services.enrol_device(database, f"AAAA-{number:04}", "192.0.2.66")
    with pytest.raises(TooManyTries):
        services.enrol_device(database, code, "192.0.2.66")
    assert services.enrol_device(database, code, "192.0.2.9").token  # another address goes on
    assert authentication.sign_in(database, EMAIL, PASSWORD, "192.0.2.66")


def test_a_new_code_replaces_the_token_when_it_is_used(client: PageClient, database: Database) -> None:
    token = enrol(database)
    with database.write_session() as session:
        codes = services.renew_codes(session, SYSTEM, stored(database).id)
    assert find_device(database, token)
    services.enrol_device(database, codes.enrolment_code, "192.0.2.9")
    assert find_device(database, token) is None


@pytest.mark.parametrize(
    ("name", "point", "kind", "field"),
    [
        ("", POINT, "tablet", "name"),
        ("n" * 61, POINT, "tablet", "name"),
        ("Tab\x00let", POINT, "tablet", "name"),
        ("Tablet", "nowhere", "tablet", "point"),
        ("Tablet", POINT, "toaster", "kind"),
    ],
)
def test_a_wrong_device_names_the_field(database: Database, name: str, point: str, kind: str, field: str) -> None:
    add_device(database)
    with database.write_session() as session, pytest.raises(Invalid) as refused:
        services.add_device(session, SYSTEM, services.NewDevice(name, point, kind))
    assert [fault.field for fault in refused.value.field_errors] == [field]


def test_a_name_is_free_again_once_its_device_is_revoked(database: Database) -> None:
    enrol(database)
    with pytest.raises(Conflict):
        add_device(database)
    revoke(database)
    add_device(database)
    with database.write_session() as session, pytest.raises(NotFound):
        services.revoke_device(session, SYSTEM, "Tableta 2")


def test_each_device_that_gives_turns_has_a_letter_of_its_own(database: Database, time: Clock) -> None:
    for number in range(15):
        add_device(database, f"Quiosco {number}", "kiosk")
    add_device(database, "Pantalla", "screen")
    with database.read_session() as session:
        letters = session.scalars(select(Device.letter).order_by(Device.added_at, Device.id)).all()
    assert letters == [*"KLMNPRSTUVWXYZ", None, None]
    revoke(database, "Quiosco 3")
    for day, letter in ((0, None), (1, "N")):
        time.pass_by(days=day)
        device_id = add_device(database, f"Quiosco nuevo {day}", "kiosk").device_id
        with database.read_session() as session:
            assert session.get_one(Device, device_id).letter == letter


def test_codes_have_no_characters_that_look_alike() -> None:
    assert not set("O0I1LZ2S5B8U") & set(rules.CODE_ALPHABET)
    assert len(set(rules.CODE_ALPHABET)) == len(rules.CODE_ALPHABET) == 24


def test_the_staff_code_opens_and_is_not_guessed(database: Database, time: Clock) -> None:
    codes = add_device(database, kind="kiosk")
    device = services.enrol_device(database, codes.enrolment_code, "192.0.2.9").device
    services.verify_staff_code(database, device, codes.staff_code or "")
    wrong = "000000" if codes.staff_code != "000000" else "111111"
    for _try in range(ACCOUNT_LIMIT.free_failures):
        with pytest.raises(Invalid):
            services.verify_staff_code(database, device, wrong)
    with pytest.raises(TooManyTries):
        services.verify_staff_code(database, device, codes.staff_code or "")
    with database.write_session() as session:
        new_codes = services.renew_codes(session, SYSTEM, codes.device_id)
    services.verify_staff_code(database, device, new_codes.staff_code or "")  # visitors locked nobody in


def test_the_permissions_of_a_device_are_those_of_its_kind(database: Database) -> None:
    for kind, permissions in DEVICE_KINDS.items():
        codes = add_device(database, kind, kind)
        device = services.enrol_device(database, codes.enrolment_code, "192.0.2.9").device
        assert (device.kind, device.role, device.point, device.permissions) == ("device", kind, POINT, permissions)
