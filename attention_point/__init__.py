"""Intake, routing, referrals and monthly counts for an attention point; importing a part never imports the whole."""
