"""What the check page is made of: the people of a form, their doubts, the cards of referrals, and the decisions."""
