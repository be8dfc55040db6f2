"""The features of the application, in the order of the menu."""

from attention_point.accounts.feature import accounts
from attention_point.backups.feature import backups
from attention_point.demo.feature import demo
from attention_point.directory.feature import directory
from attention_point.foundation.feature import Feature
from attention_point.foundation.journal_pages.feature import journal, oversight
from attention_point.foundation.mail.feature import mail
from attention_point.foundation.system_page.feature import system, tasks
from attention_point.intake.feature import intake
from attention_point.keys.feature import keys
from attention_point.portal.feature import portal
from attention_point.public_directory.feature import public_directory
from attention_point.referrals.feature import referrals
from attention_point.registers.agreements.feature import agreements
from attention_point.registers.annual_report.feature import annual_report
from attention_point.registers.calls.feature import calls
from attention_point.registers.events.feature import events
from attention_point.registers.shared.feature import registers
from attention_point.rights.feature import rights
from attention_point.routing.feature import routing
from attention_point.statistics.feature import dashboard, statistics
from attention_point.sync.feature import sync
from attention_point.turns.feature import turns

FEATURES: tuple[Feature, ...] = (
    system,  # first: it is the home of whoever keeps the installation
    oversight,
    tasks,  # before the dashboard: what waits comes before figures
    dashboard,
    intake,
    portal,  # before the turns: an entity's account opens on its referrals, desk or not
    turns,
    referrals,
    rights,
    sync,
    directory,
    public_directory,
    routing,
    statistics,
    registers,
    events,
    agreements,
    calls,
    annual_report,
    journal,
    accounts,
    demo,
    backups,
    keys,
    mail,  # last, so that its job sends in the same run what the jobs of other rooms queued
)
