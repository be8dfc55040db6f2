"""What the year's report offers the app."""

from attention_point.foundation.feature import Feature, MenuItem
from attention_point.foundation.journal.naming import RecordNaming, join_namings
from attention_point.foundation.language import N_
from attention_point.registers.annual_report.naming import name_reports
from attention_point.registers.annual_report.office_years.loading import load_migration, load_office
from attention_point.registers.annual_report.office_years.register import OFFICE_YEARS
from attention_point.registers.annual_report.pages.views import blueprint, office_years_blueprint
from attention_point.registers.shared.naming import build_naming
from attention_point.registers.shared.records.loading import register_sections

annual_report = Feature(
    name="annual_report",
    blueprints=(blueprint, office_years_blueprint),
    menu=(MenuItem(N_("Report of the year"), "report.list_years", "annual_report.view"),),
    naming=join_namings((build_naming(OFFICE_YEARS), RecordNaming({"report": name_reports}))),
)
register_sections(office=load_office, migration=load_migration)
