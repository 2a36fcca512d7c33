"""The contract for recurrent state in TensorFlow: clauses, judges and the line to a target."""
