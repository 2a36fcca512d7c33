"""The promises of the documentation that the clauses rest on, sentence by sentence."""
