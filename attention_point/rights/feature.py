"""The feature of people's rights over their data: pages, menu, job, check, erasers, names for the journal."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_
from attention_point.rights.export import views as export_views
from attention_point.rights.naming import NAMING
from attention_point.rights.office import views as office_views
from attention_point.rights.requests import step_views, views, web_views
from attention_point.rights.upkeep import (
    ERASERS,
    KEPT_CHECK,
    LAPSE_JOB,
    LATE_CHECK,
    REVOCATION_JOB,
    ROTATIONS,
    list_tasks,
)

# Imported for the views that it adds to the blueprint.
_VIEWS = (step_views,)

rights = Feature(
    name="rights",
    blueprints=(views.blueprint, export_views.blueprint, office_views.blueprint, web_views.blueprint),
    menu=(
        MenuItem(
            N_("Rights over data"), "rights.list_requests", "rights.receive", further_endpoints=("person_rights.*",)
        ),
        MenuItem(N_("Data sheet and claims"), "rights_office.show_report", "rights.report"),
        MenuItem(
            N_("Incidents"),
            "rights_office.list_incidents",
            "incidents.manage",
            further_endpoints=("rights_office.show_incident", "rights_office.show_new_incident"),
        ),
    ),
    jobs=(LAPSE_JOB, REVOCATION_JOB),
    checks=(LATE_CHECK, KEPT_CHECK),
    erasers=ERASERS,
    rotations=ROTATIONS,
    naming=NAMING,
    tasks=(list_tasks,),
)
