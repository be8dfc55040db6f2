"""The files that are handed over: the rows, the codebook and the method note."""
