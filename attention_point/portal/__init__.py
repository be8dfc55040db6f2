"""The portal: what a partner entity sees of its own referrals, its answers, and how it is told of them."""
