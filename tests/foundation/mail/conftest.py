"""A mail server, and a certificate that only those trust who are told to."""

from collections.abc import Iterator

import pytest

from tests.support.certificates import write_certificate
from tests.support.mail import PostOffice, post_office


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """A mail server that takes everything until told otherwise."""
    with post_office() as made:
        yield made


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The paths of a self-signed certificate for localhost and of its key."""
    return write_certificate(tmp_path_factory.mktemp("certificate"))
