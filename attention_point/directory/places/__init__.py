"""The places of entities: where somebody is received, when it is open, and how one gets there."""
