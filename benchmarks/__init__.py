"""How fast the suite is: `python -m benchmarks`. Compare numbers of one run only, as ratios."""
