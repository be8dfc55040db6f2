"""The feature of the portal: pages and menu."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_
from attention_point.portal import api, exchange_views, views
from attention_point.portal.inbox import file_views, finding_views
from attention_point.portal.inbox import views as inbox_views
from attention_point.portal.portal_blueprint import blueprint

# Imported for the views that they add to the portal's blueprint.
_PORTAL_VIEWS = (inbox_views, finding_views, file_views, views, exchange_views)

portal = Feature(
    name="portal",
    blueprints=(blueprint, api.blueprint),
    menu=(MenuItem(N_("Our referrals"), "portal.show_inbox", "portal.use", daily_for=("entity",)),),
)
