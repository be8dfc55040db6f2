"""What is said of a referral after it was made: answers, taking one back, forwarding, messages between both sides."""
