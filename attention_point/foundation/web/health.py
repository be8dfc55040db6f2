"""``/healthz``: whether the process and its database answer."""

from flask import Flask, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from attention_point.foundation.access import public
from attention_point.foundation.web.transactions import current_database


def register_health_page(app: Flask) -> None:
    """Add the address that a supervisor or load balancer asks."""
    app.add_url_rule("/healthz", "healthz", show_health)


@public
def show_health() -> Response:
    """Return ``{"status": "ok"}``, or 503 when the database does not answer."""
    try:
        with current_database().read_session() as session:
            session.execute(text("SELECT 1 FROM journal_head"))  # a table, so that the file itself is read
    except SQLAlchemyError:
        response = jsonify(status="unavailable")
        response.status_code = 503
        return response
    return jsonify(status="ok")
