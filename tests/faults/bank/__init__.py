"""The bank of planted faults: one module for each part of the libraries.

The text `old` of a fault must occur exactly once in the library's module. So a fault fits the
releases that it was written for (TensorFlow 2.21, tf-keras 2.21, Keras 3.15). With another release
the import fails and says so: a fault that was not planted would test nothing.

The faults that scale by `1e-6` or `1e-9` act in one dtype only. They are small there. A suite with
a loose tolerance does not see them.
"""

from tests.faults.bank import (
    keras2_cell_faults,
    keras2_loop_faults,
    keras2_rnn_faults,
    keras3_cell_faults,
    keras3_loop_faults,
    keras3_rnn_faults,
    known_value_faults,
    model_faults,
    saving_faults,
    v1_cell_faults,
    v1_loop_faults,
    wrapper_faults,
)
from tests.faults.fault import Fault

BANK: tuple[Fault, ...] = (
    *v1_cell_faults.FAULTS,
    *v1_loop_faults.FAULTS,
    *keras2_cell_faults.FAULTS,
    *keras2_rnn_faults.FAULTS,
    *keras2_loop_faults.FAULTS,
    *keras3_cell_faults.FAULTS,
    *keras3_rnn_faults.FAULTS,
    *keras3_loop_faults.FAULTS,
    *wrapper_faults.FAULTS,
    *model_faults.FAULTS,
    *saving_faults.FAULTS,
    *known_value_faults.FAULTS,
)
