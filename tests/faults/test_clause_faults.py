"""Each clause is seen to fail: by a fault made for it, or by a deviation of the real library."""

from conformance import ledger
from conformance.contract.clause import all_clauses
from tests.faults.bank import BANK
from tests.faults.made_for import BY_DEVIATION, MADE_FOR


def test_every_clause_has_a_fault_that_is_for_it_or_deviates() -> None:
    assert MADE_FOR.keys() | BY_DEVIATION.keys() == all_clauses().keys()
    assert not MADE_FOR.keys() & BY_DEVIATION.keys()


def test_the_faults_are_in_the_bank() -> None:
    assert set(MADE_FOR.values()) <= {fault.name for fault in BANK}


def test_the_deviations_are_in_the_ledger_and_of_that_clause() -> None:
    clauses = {entry.name: entry.clause for entry in ledger.read()}
    assert {clause: clauses.get(name) for clause, name in BY_DEVIATION.items()} == {
        clause: clause for clause in BY_DEVIATION
    }
