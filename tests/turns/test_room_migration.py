"""The upgrade that seals whose a desk is: turns stand at their desks before and after, there and back."""

from alembic import command
from sqlalchemy import select, text

from attention_point.foundation import clock
from attention_point.foundation.database import Database, migrations, new_id
from attention_point.foundation.vault import Vault
from attention_point.turns.models import Desk, Turn


def test_turns_stay_at_their_desks(database: Database, vault: Vault) -> None:
    desk_id, turn_id = new_id(), new_id()
    sealed = vault.seal("turn-desk", desk_id, b"icbf".ljust(40))
    with database.write_session() as session:
        session.add(Desk(id=desk_id, point="bucaramanga", name="9", sealed=sealed))
        session.flush()
        turn = Turn(id=turn_id, point="bucaramanga", day=clock.today(), number=1, code="A1", desk_id=desk_id)
        turn.state, turn.channel, turn.issued_at = "finished", "desk", clock.now()
        session.add(turn)
    config = migrations._build_config()
    with database.engine.connect() as connection, connection.begin():
        config.attributes |= {"connection": connection, "vault": vault}
        command.downgrade(config, "0057")
    with database.read_session() as session:
        assert session.scalar(text("SELECT entity FROM turn_desk WHERE name = '9'")) == "icbf"
    migrations.upgrade_database(database.url.render_as_string(hide_password=False), vault=vault)
    with database.read_session() as session:
        assert session.scalar(select(Turn.desk_id).where(Turn.id == turn_id)) == desk_id
        content = vault.open("turn-desk", desk_id, session.scalars(select(Desk.sealed).where(Desk.id == desk_id)).one())
    assert content.decode().strip() == "icbf"
