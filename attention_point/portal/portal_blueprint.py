"""The blueprint of all pages of an entity."""

from flask import Blueprint

blueprint = Blueprint("portal", __name__)
