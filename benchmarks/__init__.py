"""Measure how fast the suite is: `python -m benchmarks`.

Compare only numbers of one run, as ratios.
"""
