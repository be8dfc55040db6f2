"""Referrals: one a service, their life from creation to outcome, and the slip."""
