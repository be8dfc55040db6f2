"""The directory that comes with the program, and other directories, loaded from files."""
