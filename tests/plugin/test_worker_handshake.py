"""The descriptions of targets that workers publish for the controller."""

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


def test_a_published_description_is_read(tmp_path: Path) -> None:
    handshake = WorkerHandshake(str(tmp_path))
    handshake.publish("gw0", DESCRIPTIONS)
    handshake.publish("gw1", DESCRIPTIONS)
    assert handshake.wait(1) == DESCRIPTIONS


def test_a_published_error_is_raised(tmp_path: Path) -> None:
    handshake = WorkerHandshake(str(tmp_path))
    handshake.publish_error("gw1", TargetUnavailable("no TensorFlow there"))
    with pytest.raises(TargetUnavailable, match="no TensorFlow there"):
        handshake.wait(1)


def test_a_half_written_description_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "tmpabc").write_bytes(wire.dumps(DESCRIPTIONS)[:5])
    with pytest.raises(TargetUnavailable, match="have not answered within 0 s; try without -n"):
        WorkerHandshake(str(tmp_path)).wait(0.1)
