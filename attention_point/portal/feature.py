"""The feature of the portal: pages and menu."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_
from attention_point.portal import api, views
from attention_point.portal.slip_outcomes import views as slip_outcome_views

portal = Feature(
    name="portal",
    blueprints=(views.blueprint, api.blueprint, slip_outcome_views.blueprint),
    menu=(MenuItem(N_("Our referrals"), "portal.show_inbox", "portal.use", daily_for=("entity",)),),
)
