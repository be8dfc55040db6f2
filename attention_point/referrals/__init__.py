"""Referrals: one for each service to which a person is sent, its life until an outcome, and the slip."""
