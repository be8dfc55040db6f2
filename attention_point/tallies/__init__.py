"""The counts of visits, people, referrals and answers: (day, point, table, cell) → count.

The transaction that records a visit or an answer adds them, sealed, and a job adds them up (docs/decisions/0062).
"""
