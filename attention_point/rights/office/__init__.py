"""What the office owes the authority: the data sheet, the count of claims, incidents."""
