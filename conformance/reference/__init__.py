"""The reference in NumPy: what must come of a case, and how far a correct value may be from it."""
