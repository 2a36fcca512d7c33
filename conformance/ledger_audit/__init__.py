"""The audit of the ledger: entries are replayed on targets, and their version ranges checked."""
