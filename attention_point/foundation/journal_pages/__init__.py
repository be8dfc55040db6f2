"""The journal on screen and on the command line, apart from the chain itself, which every room imports."""
