"""The visit: the draft, the desk's form, the one door ``record_visit``."""
