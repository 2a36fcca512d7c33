"""The contract for recurrent state in TensorFlow: clauses, judges and the link to a target."""

import os

# The reference's matrices are small, and each worker has one core: more threads get in each other's
# way, and a deep stack takes twice as long. This must be set before NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
