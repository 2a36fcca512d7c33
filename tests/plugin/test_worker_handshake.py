"""What workers tell the controller of their targets."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.adapter import wire
from conformance.errors import TargetUnavailable
from conformance.plugin.worker_handshake import WorkerHandshake

DESCRIPTIONS = [
    wire.Description({"tensorflow": version}, (wire.PathOffer("RNN/keras3"),))
    for version in ("2.15.1", "2.21.0")
]


def test_an_answer_that_is_pinned_up_is_read(tmp_path: Path) -> None:
    notices = WorkerHandshake(str(tmp_path))
    notices.publish("gw0", DESCRIPTIONS)
    notices.publish("gw1", DESCRIPTIONS)
    assert notices.wait(1) == DESCRIPTIONS


def test_an_error_that_is_pinned_up_is_raised(tmp_path: Path) -> None:
    notices = WorkerHandshake(str(tmp_path))
    notices.publish_error("gw1", TargetUnavailable("no TensorFlow there"))
    with pytest.raises(TargetUnavailable, match="no TensorFlow there"):
        notices.wait(1)


def test_what_is_half_written_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "tmpabc").write_bytes(wire.dumps(DESCRIPTIONS)[:5])
    with pytest.raises(TargetUnavailable, match="have not answered within 0 s; try without -n"):
        WorkerHandshake(str(tmp_path)).wait(0.1)
