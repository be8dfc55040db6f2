"""Agreements with partners: what each side gives, what is due, whom it reaches; exchanges of officials abroad."""
