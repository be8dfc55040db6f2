"""The screen of the waiting room: which turn is called to which desk, as a page, as JSON and as a stream."""
