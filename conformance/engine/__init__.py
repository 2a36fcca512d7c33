"""The engine: from a clause and a subject to verdicts, by search on a target."""
