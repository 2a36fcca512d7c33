"""The strategies of Hypothesis: cells, sequences, well-formed and malformed states. No TensorFlow.

Everything shrinks towards a case that a person reads at a glance: one cell of one unit, one row,
one step, float32, eager, a state of zeros.
"""
