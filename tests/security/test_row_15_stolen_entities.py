"""Row 15: a stolen database does not tell to which entity somebody was sent, in no table and in no order of rows."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text

from attention_point.foundation.database import Base
from attention_point.intake.models import Visit
from attention_point.intake.queries import reveal_slip_code
from attention_point.referrals.models import Referral
from tests.portal.support import browser, hidden, referral_of, visit
from tests.support.pages import PageClient

ENTITY = "comisaria-familia"
# What the office publishes, and who works where: nothing of a visit.
PUBLIC_TABLES = {"account", "api_token", "webhook", "due_recount"}


def test_no_row_and_no_log_of_what_followed_names_the_entity(app: Flask, capfd: pytest.CaptureFixture[str]) -> None:
    answer = visit(app, needs=["VBG", "EDU"])
    referral = referral_of(answer, ENTITY)
    code, hidden_code = read_codes(app, UUID(answer["id"]))
    client = browser(app, entity=ENTITY)
    client.get("/portal/restricted")
    page = client.get(f"/portal/referrals/{referral}")
    sent = {"csrf_token": hidden(page, "csrf_token"), "version": hidden(page, "version"), "state": "accepted"}
    assert client.post(f"/portal/referrals/{referral}/answer", data=sent).status_code == 303
    client.get("/portal/print?restricted=1")
    # The log has the moments, and the database those of the answers: which list was read before one is not told.
    log = "".join(capfd.readouterr())
    assert ("route=/portal " in log, "restricted" in log) == (True, False)
    with app.extensions["database"].read_session() as session:
        accounts = session.execute(select(Base.metadata.tables["account"])).all()
        officers = {str(row.id) for row in accounts if row.entity == ENTITY}
        named, mentioned = set(), set()
        for table in Base.metadata.sorted_tables:
            if table.name in PUBLIC_TABLES or table.name.startswith(("directory_", "service_")):
                continue
            for row in session.execute(select(table)):
                cells = [str(cell) for cell in row]
                assert code not in cells, table.name
                if table.name == "journal_entry" and "account.add" in cells:
                    continue  # as the table of accounts: who works for which entity
                if any(ENTITY in cell for cell in cells):
                    named.add(table.name)
                # An officer's id beside what she did about a referral would name the entity all the same.
                if {str(referral), *officers} <= _list_ids(cells):
                    mentioned.add(table.name)
        assert (named, mentioned) == (set(), set())
        if session.get_bind().dialect.name == "postgresql":
            # The rows of one transaction carry its number: none that names an account was written with a referral.
            for name in ("account", "login_session", "api_token", "webhook"):
                joined = f"SELECT count(*) FROM {name} JOIN referral ON {name}.xmin::text = referral.xmin::text"
                assert session.scalar(text(joined)) == 0, name
        # Nothing that the referrals of a visit have in common.
        tags = session.scalars(select(Referral.entity_tag)).all()
        assert len(set(tags)) == len(tags)
    # Whoever has the slip may ask where its visitor was sent; with what the row has in place of the code nobody may.
    stranger = PageClient(app, app.response_class)
    assert [stranger.get(f"/slips/{typed}").status_code for typed in (code, hidden_code)] == [200, 404]


def read_codes(app: Flask, visit_id: UUID) -> tuple[str, str]:
    """The code of a visit's slip, and what its row has in place of it."""
    with app.extensions["database"].read_session() as session:
        row = session.get_one(Visit, visit_id)
        return reveal_slip_code(session, row), row.hidden_code


def _list_ids(cells: list[str]) -> set[str]:
    line = " ".join(cells)
    words = {line[start : start + 36] for start in range(len(line)) if line[start : start + 36].count("-") == 4}
    ids = set()
    for word in words:
        try:
            ids.add(str(UUID(word)))
        except ValueError:
            continue
    return ids
