"""What the annual report says: its sections, sentences and figures."""
