"""Checks: each takes an observation and raises a Deviation if it is not as it must be."""
