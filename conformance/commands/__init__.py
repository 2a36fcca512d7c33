"""The commands that run without pytest: targets, ledger, bisect, baselines."""
