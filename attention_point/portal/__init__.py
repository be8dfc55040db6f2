"""The portal: what a partner entity sees of its own referrals, and its answers. No tables of its own."""
