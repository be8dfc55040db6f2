"""The counts of visits, people, referrals and answers: (day, point, table, cell) → count.

They are changed in the transaction that records the visit or the answer.
"""
