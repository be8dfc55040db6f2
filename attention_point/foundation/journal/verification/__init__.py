"""The proof that the journal's chain is whole."""
