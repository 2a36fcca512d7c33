"""What Hypothesis draws: cells, sequences, well-formed states and malformed ones. No TensorFlow.

Everything shrinks towards what a person reads at a glance: one cell of one unit, one row, one step,
float32, eager, a state of zeros.
"""
