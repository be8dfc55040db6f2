"""Visits: the draft, the desk's form and pages, the API, and ``record_visit``, which records every visit."""
