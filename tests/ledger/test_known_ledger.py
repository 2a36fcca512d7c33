"""The ledger of this repository: each entry is about what the suite has."""

from __future__ import annotations

from conformance.ledger.load import files, read_entries
from tests import support

LONGEST = 900  # lines of a file
# Entries with `sometimes`: what they cover too much is not found. Lower it, and never raise it.
MAY_HOLD = 2


def test_each_entry_is_about_a_clause_a_path_and_its_own_case() -> None:
    paths = {offer.name for offer in support.OFFERS}
    for entry in read_entries():
        assert entry.clause in support.clauses(), entry.name
        assert {path for pair in entry.paths for path in pair.split(" ~ ")} <= paths, entry.name
        assert entry.covers(entry.clause, entry.case), entry.name
        assert entry.versions, entry.name


def test_a_reason_stands_in_one_cause_of_a_library() -> None:
    causes = {entry.cause for entry in read_entries()}
    libraries = {(cause.name.split("-")[0], cause.why) for cause in causes}
    assert len(libraries) == len(causes)


def test_no_file_is_too_long() -> None:
    for file in files():
        assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST, file.name


def test_no_more_entries_than_before_may_cover_cases_that_hold() -> None:
    assert len([entry.name for entry in read_entries() if entry.sometimes]) <= MAY_HOLD
