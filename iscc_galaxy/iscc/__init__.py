"""ISCC-CODEs, and the program that computes them."""
