"""The journal as a feature of the app: its pages, its commands and its check."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.journal_pages.checks import CHECKS
from attention_point.foundation.journal_pages.views import blueprint
from attention_point.foundation.language import N_

journal = Feature(
    name="journal",
    blueprints=(blueprint,),
    menu=(MenuItem(N_("Journal"), "journal.list_entries", "journal.view", daily_for=("auditor", "admin")),),
    checks=CHECKS,
)
