"""The command `python -m conformance.baselines`; reports/publish/ does its work."""
