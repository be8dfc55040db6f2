"""The API of referrals, for the programs of an entity."""
