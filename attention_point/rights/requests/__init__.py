"""Requests about the data of a person, from the receipt to the answer."""
