"""What intake keeps of people who are erased: nothing but counts. When the time of a person's data is over."""
