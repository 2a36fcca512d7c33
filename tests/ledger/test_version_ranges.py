"""The version ranges that are found from what was seen on targets."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.ledger.load import in_range
from conformance.ledger_audit.version_ranges import Evidence, fitting_range
from tests.ledger.entries import an_entry

PACKAGES = ("tensorflow", "keras2", "keras3")


def versions_of(*versions: str) -> list[dict[str, str]]:
    """Return the versions of targets: tensorflow, keras2 and keras3, `-` for one that is absent."""
    return [
        {name: each for name, each in zip(PACKAGES, text.split(), strict=False) if each != "-"}
        for text in versions
    ]


FOUND: dict[str, tuple[dict[str, str], list[str], list[str], dict[str, str] | None]] = {
    # named packages, targets that show it, targets that do not, the range
    "one release": (
        {"tensorflow": ">=2.21"}, ["2.21.0"], ["2.20.0"], {"tensorflow": ">=2.21,<2.22"},
    ),
    "from one release to another": (
        {"tensorflow": ">=2.21"}, ["2.4.4", "2.21.0", "2.9.3"], ["2.3.4", "2.22.0"],
        {"tensorflow": ">=2.4,<2.22"},
    ),
    "where nothing is known outside, no further than was seen": (
        {"tensorflow": ">=2.21"}, ["1.15.5", "2.21.0"], [], {"tensorflow": ">=1.15,<2.22"},
    ),
    "a candidate for a release": (
        {"tensorflow": ">=2.21"}, ["2.22.0rc0"], ["2.21.0"], {"tensorflow": ">=2.22rc0,<2.23"},
    ),
    "until before a candidate": (
        {"tensorflow": ">=2.21"}, ["2.20.0", "2.21.0"], ["2.22.0rc0"],
        {"tensorflow": ">=2.20,<2.22"},
    ),
    "a build of the night": (
        {"keras3": ">=3"}, ["2.22.0rc0 - 3.16.0.dev2026010101"], ["2.21.0 - 3.15.1"],
        {"keras3": ">=3.16.dev0,<3.17"},
    ),
    "a Keras with TensorFlow's letters": (
        {"keras2": ">=2.21"}, ["2.1.0 2.2.4-tf", "2.4.0 2.4.0"], ["2.5.0 2.5.0"],
        {"keras2": ">=2.2,<2.5"},
    ),
    "a target without the package is outside": (
        {"keras3": ">=3"}, ["2.16.2 - 3.0.5"], ["2.15.1 2.15.0"], {"keras3": ">=3.0,<3.1"},
    ),
    "several packages": (
        {"tensorflow": ">=2.21", "keras3": ">=3.15"},
        ["2.20.0 - 3.15.1", "2.21.0 - 3.15.1"], ["2.20.0 - 3.13.0", "2.19.0 - 3.15.1"],
        {"tensorflow": ">=2.20,<2.22", "keras3": ">=3.15,<3.16"},
    ),
    "another package besides, where the named one does not tell": (
        {"keras2": ">=2.21"}, ["2.0.4 2.2.4-tf", "2.21.0 2.21.0"], ["1.15.5 2.2.4-tf"],
        {"tensorflow": ">=2.0,<2.22", "keras2": ">=2.2,<2.22"},
    ),
    "another package instead, where the named one is not everywhere": (
        {"keras3": ">=3"}, ["2.4.0 2.4.0", "2.21.0 - 3.15.1"], ["2.3.0 2.3.0"],
        {"tensorflow": ">=2.4,<2.22"},
    ),
    "a release that is left out": (
        {"tensorflow": ">=2.21"}, ["2.4.0", "2.6.0", "2.21.0"], ["2.5.3", "2.3.0"],
        {"tensorflow": ">=2.4,!=2.5.*,<2.22"},
    ),
    "what is said of releases that were not looked at": (
        {"tensorflow": ">=2.20,<2.22"}, ["2.15.1"], ["2.14.1"], {"tensorflow": ">=2.15,<2.22"},
    ),
    "what is said of them, where it would have what was seen to be wrong": (
        {"tensorflow": ">=2.20,<2.22"}, ["2.15.1"], ["2.20.1"], {"tensorflow": ">=2.15,<2.16"},
    ),
    "what versions do not tell": ({"tensorflow": ">=2.21"}, ["2.4.0 2.4.0"], ["2.4.0 2.4.0"], None),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_a_range_has_what_was_seen_and_no_more(tmp_path: Path, name: str) -> None:
    named, shown, absent, expected = FOUND[name]
    evidence = Evidence(versions_of(*shown), versions_of(*absent))
    assert fitting_range(an_entry(tmp_path, versions=named), evidence) == expected


@pytest.mark.parametrize("name", FOUND)
def test_a_range_that_was_found_is_one_of_the_ledger(tmp_path: Path, name: str) -> None:
    _named, shown, absent, expected = FOUND[name]
    if expected is None:
        return
    entry = an_entry(tmp_path, versions=expected)
    assert all(in_range(entry.versions, seen) for seen in versions_of(*shown))
    assert not any(in_range(entry.versions, seen) for seen in versions_of(*absent))
