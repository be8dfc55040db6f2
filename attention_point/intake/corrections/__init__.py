"""Correcting and annulling what is recorded: visits with their referrals and counts, and people (decision 30)."""
