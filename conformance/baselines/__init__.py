"""The command `python -m conformance.baselines`; its work is done in reports/publish/."""
