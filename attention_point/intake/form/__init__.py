"""The desk's form, and a person's attributes in words."""
