"""What the shared base offers the app: the way in, the organisations, the command line."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_
from attention_point.registers.shared.commands import registers_commands
from attention_point.registers.shared.home import home, organisations
from attention_point.registers.shared.naming import naming_of
from attention_point.registers.shared.organisations import ORGANISATIONS

registers = Feature(
    name="registers",
    blueprints=(home, organisations),
    menu=(MenuItem(N_("Registers"), "registers.overview", "organisations.view"),),
    commands=(registers_commands,),
    naming=naming_of(ORGANISATIONS),
)
