"""Who is called next: the policy, its dated entries, and its simulation on past days."""
