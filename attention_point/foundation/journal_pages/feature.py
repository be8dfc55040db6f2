"""The journal as a feature of the app: its pages, its commands and its check."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.journal_pages import overview_views
from attention_point.foundation.journal_pages.chain_state import VERIFICATION_JOB, list_chain_status
from attention_point.foundation.journal_pages.checks import CHECKS
from attention_point.foundation.journal_pages.views import blueprint
from attention_point.foundation.language import N_

# Imported for the views that it adds to the journal's blueprint.
_OVERVIEW = overview_views

# The auditor begins the day with it: the catalogue puts this feature first.
oversight = Feature(
    name="oversight",
    menu=(MenuItem(N_("Who reads"), "journal.show_overview", "journal.view", daily_for=("auditor",)),),
)
journal = Feature(
    name="journal",
    blueprints=(blueprint,),
    menu=(MenuItem(N_("Journal"), "journal.list_entries", "journal.view", daily_for=("auditor", "admin")),),
    jobs=(VERIFICATION_JOB,),
    checks=CHECKS,
    status=(list_chain_status,),
)
