"""The feature of routing: the bench with its cases, and the history of rule sets."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_
from attention_point.routing.bench import views, window_views
from attention_point.routing.bench.case_store import load_shipped_cases
from attention_point.routing.bench.version_history import note_rule_set

routing = Feature(
    name="routing",
    blueprints=(views.blueprint, window_views.blueprint),
    menu=(MenuItem(N_("Cases of the routes"), "bench.list_cases", "routing.view", ("bench.*", "windows.*")),),
    # The directory's files first: ``init`` loads that room before the others.
    reference_loaders=(load_shipped_cases, note_rule_set),
)
