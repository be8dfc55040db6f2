"""The way into the registers, and the list of organisations."""

from flask import Blueprint, render_template

from attention_point.foundation.access import requires
from attention_point.foundation.web import actor, db
from attention_point.registers.shared import queries
from attention_point.registers.shared.organisations import ORGANISATIONS
from attention_point.registers.shared.rendering import registers
from attention_point.registers.shared.views import pages

home = Blueprint("registers", __name__, url_prefix="/registers")
organisations = pages(ORGANISATIONS)


@home.get("")
@requires("organisations.view")
def overview() -> str:
    """Every register that the reader may see, with how many records it has."""
    shown = [(each, queries.count(db(), each)) for each in registers() if actor().may(each.may("view"))]
    return render_template("registers/overview.html", shown=shown)
