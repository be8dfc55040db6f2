"""What the year's report offers the app."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.language import N_
from attention_point.registers.annual_report.commands import report_command
from attention_point.registers.annual_report.loading import load_migration, load_office
from attention_point.registers.annual_report.sums import add_up_again
from attention_point.registers.annual_report.views import blueprint, years
from attention_point.registers.shared.loading import offer

annual_report = Feature(
    name="annual_report",
    blueprints=(blueprint, years),
    menu=(MenuItem(N_("Report of the year"), "report.listing", "annual_report.view"),),
    commands=(report_command,),
    reference=(add_up_again,),
)
offer(office=load_office, migration=load_migration)
