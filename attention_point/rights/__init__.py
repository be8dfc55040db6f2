"""People’s rights over their data: requests, what they are shown, consents, incidents (Ley 1581 de 2012)."""
