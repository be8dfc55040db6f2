"""``/healthz``: whether the process answers and its database too."""

from flask import Flask, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from attention_point.foundation.access import public
from attention_point.foundation.web.transactions import database


def register(app: Flask) -> None:
    """Add the page that a supervisor or a balancer asks."""
    app.add_url_rule("/healthz", "healthz", healthz)


@public
def healthz() -> Response:
    """``{"status": "ok"}``, or 503 when the database does not answer."""
    try:
        with database().reading() as session:
            session.execute(text("SELECT 1 FROM journal_head"))
    except SQLAlchemyError:
        response = jsonify(status="unavailable")
        response.status_code = 503
        return response
    return jsonify(status="ok")
