"""The feature of the directory: pages, menu, reference data and names for the journal."""

from attention_point.directory.pages import line_views, map_views, place_views, proposal_views, upkeep_views
from attention_point.directory.pages.naming import NAMING
from attention_point.directory.privacy import views as privacy_views
from attention_point.directory.seed.loading import load_shipped_files
from attention_point.directory.upkeep.endings import ENDINGS_JOB
from attention_point.directory.validation.missing_contacts import MISSING_CONTACTS_CHECK
from attention_point.directory.views import blueprint
from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_

directory = Feature(
    name="directory",
    blueprints=(
        blueprint,
        place_views.blueprint,
        upkeep_views.blueprint,
        proposal_views.blueprint,
        line_views.blueprint,
        map_views.blueprint,
        privacy_views.blueprint,
    ),
    menu=(
        MenuItem(
            N_("Directory"),
            "directory.list_entities",
            "directory.view",
            daily_for=("agent", "entity", "office", "admin"),
        ),
        MenuItem(N_("Our entry"), "entry_proposals.show_own_entry", "directory.propose", daily_for=("entity",)),
    ),
    reference_loaders=(load_shipped_files,),
    jobs=(ENDINGS_JOB,),
    checks=(MISSING_CONTACTS_CHECK,),
    naming=NAMING,
)
