"""A program of an entity that receives webhooks, and what sends them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from attention_point.foundation import clock
from attention_point.foundation.settings import Settings
from tests.support.certificates import write_certificate
from tests.support.web_receiver import Receiver, web_receiver

NOON = datetime(2026, 11, 12, 12, tzinfo=clock.TIME_ZONE)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    """An hour of the day at which nothing depends on the hour."""
    with clock.override_now(NOON):
        yield


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate that its receiver alone has."""
    folder: Path = tmp_path_factory.mktemp("receiver")
    return write_certificate(folder)


@pytest.fixture
def receiver(certificate: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A server whose certificate is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
    with web_receiver(certificate) as made:
        yield made


@pytest.fixture
def near(settings: Settings) -> Settings:
    """Settings of an installation that lets webhooks lead to this machine."""
    networks = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    return replace(settings, webhook_networks=networks, public_url="https://atencion.example.org")
