"""Each clause is seen to fail: by a fault made for it, or by a deviation of the real library."""

from conformance.contract.clause import all_clauses
from conformance.ledger.load import read_entries
from tests.faults.bank import BANK
from tests.faults.clause_faults import CLAUSE_DEVIATIONS, CLAUSE_FAULTS


def test_every_clause_has_a_fault_that_is_for_it_or_deviates() -> None:
    assert CLAUSE_FAULTS.keys() | CLAUSE_DEVIATIONS.keys() == all_clauses().keys()
    assert not CLAUSE_FAULTS.keys() & CLAUSE_DEVIATIONS.keys()


def test_the_faults_are_in_the_bank() -> None:
    assert set(CLAUSE_FAULTS.values()) <= {fault.name for fault in BANK}


def test_the_deviations_are_in_the_ledger_and_of_that_clause() -> None:
    clauses = {entry.name: entry.clause for entry in read_entries()}
    assert {clause: clauses.get(name) for clause, name in CLAUSE_DEVIATIONS.items()} == {
        clause: clause for clause in CLAUSE_DEVIATIONS
    }
