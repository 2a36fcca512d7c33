"""The contract for recurrent state in TensorFlow: clauses, judges and the line to a target."""

import os

# The reference's matrices are small, and each worker has a core: more threads are in one another's
# way, and make a deep stack take twice as long. To be said before NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
