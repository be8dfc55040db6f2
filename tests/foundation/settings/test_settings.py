"""Settings: defaults, what is refused, and what follows from the public address."""

from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from attention_point.foundation import paths
from attention_point.foundation.language import in_language
from attention_point.foundation.settings import ENVIRONMENT_PREFIX, Settings, SettingsError, read_settings


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What is refused is read in the words of the program."""
    with in_language("en"):
        yield


def given(**values: str) -> Settings:
    """The settings of an environment with these names, each with its prefix."""
    return read_settings({f"{ENVIRONMENT_PREFIX}{name}": value for name, value in values.items()})


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = read_settings({"PATH": "/bin", "OTHER_POINT_COLOUR": "blue"})
    assert settings == Settings(
        instance=paths.INSTANCE_FOLDER,
        database_url=f"sqlite:///{paths.INSTANCE_FOLDER / 'attention-point.db'}",
        keyring=paths.INSTANCE_FOLDER / "keyring.json",
        public_url="http://127.0.0.1:8000",
    )
    assert (settings.smtp_url, settings.session_idle_minutes, settings.session_hours) == (None, 20, 10)
    assert settings.demo is False
    assert settings.uses_https is False


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://localhost:8000", True),
        ("http://127.0.0.2", True),
        ("http://[::1]:8000", True),
        ("http://192.168.1.10", False),
        ("https://punto.example.org", False),
    ],
)
def test_an_address_of_this_machine_alone_is_known(address: str, *, expected: bool) -> None:
    settings = given(PUBLIC_URL=address)
    assert settings.is_for_this_machine_alone is expected
    assert settings.published_address == ("" if expected else address)


def test_what_is_wrong_is_told_in_spanish_too() -> None:
    with in_language("es"):
        with pytest.raises(SettingsError, match=f"{ENVIRONMENT_PREFIX}COLOUR no es un ajuste conocido"):
            given(COLOUR="blue")
        with pytest.raises(SettingsError, match=f"{ENVIRONMENT_PREFIX}SMTP_URL debe llevar usuario y contraseña"):
            given(SMTP_URL="smtp://a-name@mail.example.org")


def test_the_instance_moves_what_stands_in_it(tmp_path: Path) -> None:
    settings = given(INSTANCE=str(tmp_path / "desk"))
    assert settings.instance == tmp_path / "desk"
    assert settings.keyring == tmp_path / "desk" / "keyring.json"
    assert settings.database_url == f"sqlite:///{tmp_path / 'desk' / 'attention-point.db'}"
    apart = given(INSTANCE=str(tmp_path), KEYRING=str(tmp_path / "elsewhere" / "keys"))
    assert apart.keyring == tmp_path / "elsewhere" / "keys"


@pytest.mark.parametrize("name", ["COLOUR", "DATABASE", "DATABASE_URL_", "", "demo"])
def test_an_unknown_name_is_refused_by_name(name: str) -> None:
    with pytest.raises(SettingsError, match=f"unknown setting {ENVIRONMENT_PREFIX}{name};") as caught:
        given(**{name: "a-secret-value"})
    assert "a-secret-value" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("postgresql://desk@host/point", "postgresql+psycopg://desk@host/point"),
        ("postgres://desk@host/point", "postgresql+psycopg://desk@host/point"),
        ("postgresql+psycopg://desk@host/point", "postgresql+psycopg://desk@host/point"),
        ("sqlite:///point.db", "sqlite:///point.db"),
    ],
)
def test_the_database_s_driver_is_named(url: str, read: str) -> None:
    assert given(DATABASE_URL=url).database_url == read


@pytest.mark.parametrize("url", ["mysql://desk:a-secret@host/point", "postgresql+psycopg2://x/y", "point.db", ""])
def test_another_database_is_refused_without_repeating_its_address(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL must name sqlite or postgresql") as caught:
        given(DATABASE_URL=url)
    assert "a-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "kept", "secure"),
    [
        ("https://point.example.org/", "https://point.example.org", True),
        ("HTTPS://point.example.org", "HTTPS://point.example.org", True),
        ("http://10.0.0.5:8000", "http://10.0.0.5:8000", False),
    ],
)
def test_the_public_address_says_whether_visitors_come_over_tls(url: str, kept: str, secure: bool) -> None:
    settings = given(PUBLIC_URL=url)
    assert (settings.public_url, settings.uses_https) == (kept, secure)


@pytest.mark.parametrize("url", ["point.example.org", "ftp://point.example.org", "", "javascript:x"])
def test_a_public_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="PUBLIC_URL"):
        given(PUBLIC_URL=url)


@pytest.mark.parametrize("name", ["SESSION_IDLE_MINUTES", "SESSION_HOURS"])
def test_a_session_lasts_a_whole_number_above_none(name: str) -> None:
    assert getattr(given(**{name: "45"}), name.lower()) == 45
    for wrong in ("0", "-5", "1.5", "ten", "", " 5"):
        with pytest.raises(SettingsError, match=name):
            given(**{name: wrong})


@pytest.mark.parametrize(("value", "demo"), [("1", True), ("0", False), ("", False)])
def test_a_demonstration_says_so(value: str, demo: bool) -> None:
    assert given(DEMO=value).demo is demo


@pytest.mark.parametrize("value", ["true", "yes", "2", "on"])
def test_a_demonstration_is_never_left_unmarked_for_a_word(value: str) -> None:
    with pytest.raises(SettingsError, match="DEMO"):
        given(DEMO=value)


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(FrozenInstanceError):
        given().demo = True  # type: ignore[misc]


def test_the_application_does_not_start_without_its_keys(tmp_path: Path) -> None:
    from attention_point.app import create_app  # noqa: PLC0415 - the other tests here run without the app
    from attention_point.foundation.vault.keyring import KeyringError  # noqa: PLC0415

    with pytest.raises(KeyringError, match="no keyring"):
        create_app(given(INSTANCE=str(tmp_path)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "value", ["proxy", "10.0.0.0/33", "10.0.0.5/24", "127.0.0.1 10.0.0.1", "127.0.0.1;10.0.0.1", "[::1]", "300.1.1.1"]
)
def test_a_trusted_proxy_is_an_address_or_a_network(value: str) -> None:
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES must be addresses or networks"):
        given(TRUSTED_PROXIES=value)


@pytest.mark.parametrize("value", ["0.0.0.0/0", "::/0", "127.0.0.1,::ffff:0:0/96"])
def test_not_everybody_is_trusted(value: str) -> None:
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES must not trust all addresses"):
        given(TRUSTED_PROXIES=value)


def test_trusted_proxies_are_none_unless_named() -> None:
    assert given().trusted_proxies == given(TRUSTED_PROXIES=" , ").trusted_proxies == ()
    named = given(TRUSTED_PROXIES="127.0.0.1, ::1,10.0.0.0/24").trusted_proxies
    assert [str(network) for network in named] == ["127.0.0.1/32", "::1/128", "10.0.0.0/24"]
