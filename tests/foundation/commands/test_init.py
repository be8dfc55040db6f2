"""The first ``init`` makes an installation with which a point can work."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, func, select

from attention_point.command_line import main
from attention_point.directory.models import Point
from attention_point.sync.models import PointKey
from attention_point.turns.models import Desk


def test_the_first_init_gives_each_point_its_desks_and_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTENTION_POINT_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.delenv("ATTENTION_POINT_DATABASE_URL", raising=False)
    for _time in range(2):  # again, it adds nothing
        done = CliRunner().invoke(main, ["init"])
        assert done.exit_code == 0, done.output
        engine = create_engine(f"sqlite:///{tmp_path / 'instance' / 'attention-point.db'}")
        with engine.connect() as connection:
            points = set(connection.scalars(select(Point.code)))
            counts = connection.execute(select(Desk.point, func.count()).group_by(Desk.point))
            desks = dict(row for row in counts)
            keys = set(connection.scalars(select(PointKey.point)))
        engine.dispose()
        assert points
        assert (desks, keys) == (dict.fromkeys(points, 4), points)
