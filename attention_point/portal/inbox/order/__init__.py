"""In which order an entity's referrals stand: kept in memory, and read from the database where it is not."""
