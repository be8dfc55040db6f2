"""An installation where a password alone is not enough."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pyotp
import pytest
from flask import Flask

from attention_point.accounts.models import Account
from attention_point.accounts.second_factor import queries, records, rules, services
from attention_point.accounts.sign_in import authentication
from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.vault import get_vault


@pytest.fixture
def strict_app(app: Flask) -> Flask:
    """The application under the setting that counts without another: every role but the agent's needs a second step."""
    app.extensions["settings"] = replace(app.extensions["settings"], second_factor="required")
    return app


@pytest.fixture
def with_app(database: Database) -> Callable[[UUID], tuple[pyotp.TOTP, list[str]]]:
    """``with_app(account_id)``: gives an account an application of codes; the application and the recovery codes.

    The first code counts as that of an hour ago, so that a test can use the one of now.
    """

    def add_app(account_id: UUID) -> tuple[pyotp.TOTP, list[str]]:
        with database.write_session() as session:
            services.begin_app(session, account_id, b"")
            secret = services.read_app_secret(session, account_id, b"")
            assert secret
            totp, actor = pyotp.TOTP(secret), authentication.build_account_actor(session.get_one(Account, account_id))
            codes = services.confirm_app(session, actor, totp.at(clock.now()), b"")
            factor = queries.list_factors(session, account_id, services.APP)[0]
            assert records.open_factor(get_vault(session), factor) == {"secret": secret}
            factor.last_step = int(clock.now().timestamp()) // rules.STEP_SECONDS - 120
        return totp, codes

    return add_app
