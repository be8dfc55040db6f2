"""The desk's pages of turns: the queue, the door, the desks, the end of the day."""
