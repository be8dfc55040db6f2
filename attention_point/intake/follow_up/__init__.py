"""What follows from earlier referrals: answers that are news to an agent, and needs that were referred before."""
