"""The bench of routes: cases that the office keeps, replayed over a rule set that is in force or not published yet."""
