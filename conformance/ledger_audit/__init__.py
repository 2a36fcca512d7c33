"""Audits the version ranges of the ledger: replays its entries on targets, and corrects ranges."""
