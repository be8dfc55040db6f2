"""The web layer: sessions of a request, access check, headers, error pages, forms, templates, the server."""

from attention_point.foundation.web.install import MAX_BODY_BYTES, install_web_layer
from attention_point.foundation.web.transactions import current_actor, current_database, current_settings, db_session

__all__ = ["MAX_BODY_BYTES", "current_actor", "current_database", "db_session", "install_web_layer", "current_settings"]
