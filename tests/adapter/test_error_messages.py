"""Messages of errors are the same on each machine and in each run."""

from __future__ import annotations

import pytest

from conformance.adapter.error_messages import normalize


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (
            "[[node rnn/Stack (defined at /home/me/targets/conformance/adapter/loops.py:12) ]]",
            "[[node rnn/Stack (defined at conformance/adapter/loops.py:12) ]]",
        ),
        (
            "(defined at tmp/py/lib/python3.7/site-packages/tensorflow_core/ops.py:1748)",
            "(defined at tensorflow_core/ops.py:1748)",
        ),
        (
            'in user code:\n\n    File "/py/lib/python3.11/site-packages/keras/src/rnn.py", line 3',
            'in user code:\n\n    File "keras/src/rnn.py", line 3',
        ),
        (
            'File "/home/me/.pyenv/versions/3.9.18/lib/python3.9/runpy.py", line 197',
            'File "runpy.py", line 197',
        ),
        ("Could not find {{node rnn/while}}", "Could not find {{node}}"),
        ("Variable v1_cell_17/kernel at 0x7f01", "Variable v1_cell/kernel at 0x"),
        ("input shapes: [2,3], [1,4] and a/b", "input shapes: [2,3], [1,4] and a/b"),
    ],
)
def test_a_message_says_nothing_about_the_machine_or_earlier_calls(
    raised: str, expected: str
) -> None:
    assert normalize(raised) == expected
