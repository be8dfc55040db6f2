"""The overview of the registers, and the pages of the organisations."""

from flask import Blueprint, render_template

from attention_point.foundation.access import requires
from attention_point.foundation.web import current_actor, db_session
from attention_point.registers.shared.pages.rendering import list_registers
from attention_point.registers.shared.pages.views import build_blueprint
from attention_point.registers.shared.records import queries
from attention_point.registers.shared.records.organisations import ORGANISATIONS

registers_blueprint = Blueprint("registers", __name__, url_prefix="/registers")
organisations_blueprint = build_blueprint(ORGANISATIONS)


@registers_blueprint.get("")
@requires("organisations.view")
def show_overview() -> str:
    """Show every register that the reader may see, with the number of its records."""
    registers_with_counts = [
        (register, queries.count_records(db_session(), register))
        for register in list_registers()
        if current_actor().may(register.permission_for("view"))
    ]
    return render_template("registers/overview.html", registers_with_counts=registers_with_counts)
