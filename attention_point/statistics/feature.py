"""What the room offers the application: two features, because the dashboard comes first in the menu."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_
from attention_point.statistics.checks import OPERATIONAL_REPORT_CHECK, PUBLISHED_MONTHS_CHECK
from attention_point.statistics.dashboard.views import blueprint as dashboard_pages
from attention_point.statistics.extracts.views import blueprint as extracts_pages
from attention_point.statistics.jobs import MONTH_READY_JOB, OPEN_DATA_FILES_JOB
from attention_point.statistics.months.api import blueprint as api
from attention_point.statistics.months.release_views import blueprint as release_pages
from attention_point.statistics.months.views import blueprint
from attention_point.statistics.naming import NAMING
from attention_point.statistics.open_data.views import blueprint as open_data_pages
from attention_point.statistics.operational_reports.views import PERMISSION as OPERATIONAL_REPORT_PERMISSION
from attention_point.statistics.operational_reports.views import blueprint as operational_report_pages
from attention_point.statistics.periods.views import blueprint as trend_pages
from attention_point.statistics.releases.approvals import list_tasks
from attention_point.tallies.folding import COUNTS_CHECK, FOLD_JOB, MONTH_ROTATION, PENDING_ROTATION, seal_clear_tallies

# Whoever may see figures begins the day with the dashboard: the catalogue puts this feature first.
dashboard = Feature(
    name="dashboard",
    blueprints=(dashboard_pages,),
    menu=(
        MenuItem(
            N_("Dashboard"),
            "dashboard.show_dashboard",
            "statistics.view",
            # The supervisor begins with what waits.
            daily_for=("office", "auditor", "admin"),
        ),
    ),
)
statistics = Feature(
    name="statistics",
    blueprints=(blueprint, release_pages, trend_pages, extracts_pages, open_data_pages, operational_report_pages, api),
    menu=(
        MenuItem(N_("Figures"), "statistics.list_months", "statistics.view", daily_for=("office", "auditor")),
        MenuItem(N_("Extracts"), "extracts.list_extracts", "statistics.extract"),
        MenuItem(N_("Report to R4V"), "operational_reports.list_months", OPERATIONAL_REPORT_PERMISSION),
    ),
    reference_loaders=(seal_clear_tallies,),
    jobs=(FOLD_JOB, MONTH_READY_JOB, OPEN_DATA_FILES_JOB),
    rotations=(MONTH_ROTATION, PENDING_ROTATION),
    tasks=(list_tasks,),
    checks=(COUNTS_CHECK, PUBLISHED_MONTHS_CHECK, OPERATIONAL_REPORT_CHECK),
    naming=NAMING,
)
