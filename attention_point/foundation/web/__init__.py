"""The web layer: request session, gate, headers, errors, base form, Jinja set-up."""

from attention_point.foundation.web.install import LIMIT, install
from attention_point.foundation.web.transactions import actor, database, db, settings

__all__ = ["LIMIT", "actor", "database", "db", "install", "settings"]
