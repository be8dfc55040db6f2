"""The accounts of the staff and the tokens of programs, for the administrator."""
