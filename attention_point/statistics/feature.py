"""What statistics offer the app."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_
from attention_point.statistics.api import blueprint as api
from attention_point.statistics.checks import PUBLISHED_MONTHS
from attention_point.statistics.commands import statistics_commands
from attention_point.statistics.dashboard import blueprint as dashboard_pages
from attention_point.statistics.extracts_commands import extract
from attention_point.statistics.extracts_views import blueprint as extracts_pages
from attention_point.statistics.jobs import FILES_JOB, STATISTICS_JOB
from attention_point.statistics.naming import NAMING
from attention_point.statistics.open_data_views import blueprint as open_data_pages
from attention_point.statistics.views import blueprint

statistics_commands.add_command(extract)

# A feature of its own, because its line comes first in the menu: who sees figures begins the day with it.
dashboard = Feature(
    name="dashboard",
    blueprints=(dashboard_pages,),
    menu=(MenuItem(N_("Dashboard"), "dashboard.show", "statistics.view"),),
)
statistics = Feature(
    name="statistics",
    blueprints=(blueprint, extracts_pages, open_data_pages, api),
    menu=(
        MenuItem(N_("Figures"), "statistics.listing", "statistics.view"),
        MenuItem(N_("Extracts"), "extracts.listing", "statistics.extract"),
    ),
    commands=(statistics_commands,),
    jobs=(STATISTICS_JOB, FILES_JOB),
    checks=(PUBLISHED_MONTHS,),
    naming=NAMING,
)
