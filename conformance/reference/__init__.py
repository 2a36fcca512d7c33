"""The reference in NumPy: the results that a case must have, and how far a correct one may differ."""
