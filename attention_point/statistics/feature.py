"""What statistics offer the app."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_
from attention_point.statistics.commands import statistics_commands
from attention_point.statistics.views import blueprint

statistics = Feature(
    name="statistics",
    blueprints=(blueprint,),
    menu=(MenuItem(N_("Figures"), "statistics.listing", "statistics.view"),),
    commands=(statistics_commands,),
)
