"""The files of a month, and the public page, dictionary and catalogue of the released months."""
