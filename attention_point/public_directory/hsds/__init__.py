"""The directory as the Human Services Data Specification 3.0 (Open Referral) describes services."""
