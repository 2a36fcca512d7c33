"""The reference in NumPy: the results that a case must have, and bounds for correct ones."""
