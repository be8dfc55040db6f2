"""The upgrade that takes the entity out of the rows: every old referral is found by its entity, and no code stays."""

import pytest
from alembic import command
from sqlalchemy import inspect, select, text

from attention_point.foundation.database import Database, migrations
from attention_point.foundation.vault import Vault
from attention_point.referrals import queries
from attention_point.referrals.models import Referral
from tests.support.visits import recorded

BEFORE = "0046-1"


def downgrade(database: Database, vault: Vault) -> None:
    config = migrations._build_config()
    with database.engine.connect() as connection, connection.begin():
        config.attributes |= {"connection": connection, "vault": vault}
        command.downgrade(config, BEFORE)


def test_old_rows_are_tagged_and_may_go_back(database: Database, vault: Vault) -> None:
    with database.write_session() as session:
        recorded(session)
    with database.read_session() as session:
        ids = session.scalars(select(Referral.id)).all()
        referrals = {row.id: row for row in queries.list_referrals_by_ids(session, ids)}
        tags = dict(session.execute(select(Referral.id, Referral.entity_tag)).all())
    assert {row.entity for row in referrals.values()} >= {"sena", "migracion-colombia"}
    downgrade(database, vault)
    with database.read_session() as session:
        codes = session.scalars(text("SELECT entity FROM referral ORDER BY id")).all()
        assert codes == [referrals[row_id].entity for row_id in sorted(referrals)]
    url = database.url.render_as_string(hide_password=False)
    with pytest.raises(RuntimeError, match="keyring"):
        migrations.upgrade_database(url)
    migrations.upgrade_database(url, vault=vault)
    assert "entity" not in {column["name"] for column in inspect(database.read_engine).get_columns("referral")}
    with database.read_session() as session:
        assert dict(session.execute(select(Referral.id, Referral.entity_tag)).all()) == tags
