"""What stands around the content of every page: the menu of places, the initials, the size of text, the contrast."""
