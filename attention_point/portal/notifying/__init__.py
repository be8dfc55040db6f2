"""Tells liaisons of what happened to their entity's referrals: at once, or in one letter a day."""
