"""The checks of the rows of the directory before they are saved, whether a page or a file brings them."""
