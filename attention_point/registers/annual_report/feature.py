"""What the year's report offers the app."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.journal.naming import Naming, join_namings
from attention_point.foundation.language import N_
from attention_point.registers.annual_report.commands import report_command
from attention_point.registers.annual_report.loading import load_migration, load_office
from attention_point.registers.annual_report.naming import name_reports
from attention_point.registers.annual_report.register import YEARS
from attention_point.registers.annual_report.sums import add_up_again
from attention_point.registers.annual_report.views import blueprint, years
from attention_point.registers.shared.loading import offer
from attention_point.registers.shared.naming import naming_of

annual_report = Feature(
    name="annual_report",
    blueprints=(blueprint, years),
    menu=(MenuItem(N_("Report of the year"), "report.listing", "annual_report.view"),),
    commands=(report_command,),
    reference=(add_up_again,),
    naming=join_namings((naming_of(YEARS), Naming({"report": name_reports}))),
)
offer(office=load_office, migration=load_migration)
