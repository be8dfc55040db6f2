"""What becomes of referrals after they are made: reminders, expiry, what visitors confirm, corrections, counts."""
