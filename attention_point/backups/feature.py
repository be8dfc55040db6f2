"""Backups as a feature of the app: their daily job and their check."""

from attention_point.backups.checks import CHECKS, list_backup_status
from attention_point.backups.keeping import BACKUP_JOB
from attention_point.foundation.feature import Feature

backups = Feature(name="backups", jobs=(BACKUP_JOB,), checks=CHECKS, status=(list_backup_status,))
