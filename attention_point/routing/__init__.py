"""Which service answers which need: facts and offers in, suggestions with reasons out.

``facts`` holds what goes in and comes out, ``offers`` the index of what is on offer on a day, ``rules`` the rules, and
``cases`` their replay. All four are plain Python: no Flask, no database, no personal data.
"""
