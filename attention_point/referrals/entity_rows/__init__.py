"""Which rows are referrals to an entity: their keyed tags, and the lists that are found by them."""
