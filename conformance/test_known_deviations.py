"""The ledger itself: an entry is out of date if its deviation is no longer there."""

from __future__ import annotations

from conformance.engine.runner import Bench
from conformance.ledger.entry import Entry


def test_known_deviation_is_still_there(entry: Entry, bench: Bench) -> None:
    """The minimal case of a ledger entry shows what the entry says."""
    bench.must_still_deviate(entry)
