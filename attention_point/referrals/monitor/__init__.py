"""The monitor of referrals: who waits where and how long, how soon entities open and answer, what came of it."""
