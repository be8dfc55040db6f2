"""The public directory: pages, leaflets and the HSDS interface, for everybody and without an account."""
