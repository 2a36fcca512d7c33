"""The contract: clauses, the subjects they are judged for, and their sources."""
