"""What the directory offers the app."""

from attention_point.directory.commands import directory_commands
from attention_point.directory.loading import load_shipped
from attention_point.directory.naming import NAMING
from attention_point.directory.views import blueprint
from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_

directory = Feature(
    name="directory",
    blueprints=(blueprint,),
    menu=(MenuItem(N_("Directory"), "directory.listing", "directory.view"),),
    commands=(directory_commands,),
    reference=(load_shipped,),
    naming=NAMING,
)
