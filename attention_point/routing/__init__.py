"""Which service answers which need: facts and offers in, suggestions with reasons out.

``rule_types`` holds what goes in and comes out, ``offer_index`` what is on offer on a day, ``rules`` the rules; these
are plain Python: no Flask, no database, no personal data. ``bench`` keeps cases and replays them.
"""
