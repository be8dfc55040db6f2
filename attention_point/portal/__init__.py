"""The portal: what a partner entity sees of its own referrals, and its answers. It has no tables of its own."""
