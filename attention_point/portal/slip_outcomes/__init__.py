"""The public page on which a visitor says, by the code of the slip, what became of her referrals."""
