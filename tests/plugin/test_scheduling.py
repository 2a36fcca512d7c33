"""The order of the tests: complete, always the same, and with common programs side by side."""

from __future__ import annotations

import itertools
import random

from conformance.plugin import scheduling
from tests import support


def nodes() -> list[str]:
    """Return the node identifiers of the whole contract, and of some ledger entries."""
    contract = [
        f"conformance/test_x.py::{clause.judge.__name__}[{subject}]"
        for clause, subject in support.every_subject()
    ]
    known = [f"conformance/test_known.py::test_known[entry-{number}]" for number in range(50)]
    return contract + known


def test_nothing_is_lost_and_the_order_is_always_the_same() -> None:
    ordered = scheduling.order_nodes(nodes())
    assert sorted(ordered) == sorted(nodes())
    shuffled = nodes()
    random.Random(0).shuffle(shuffled)
    assert scheduling.order_nodes(shuffled) == ordered


def test_a_clause_without_subjects_has_a_place_too() -> None:
    node = "conformance/test_x.py::test_path_agrees_with_the_reference[NOTSET]"
    assert scheduling.order_nodes([node]) == [node]
    assert scheduling.group(node).isdigit()


def test_clauses_about_the_same_programs_stand_together() -> None:
    def group(test: str) -> str:
        return scheduling.group(f"conformance/test_x.py::test_{test}]")

    alone = group("path_agrees_with_the_reference[RNN/keras3-LSTM")
    assert alone == group("final_state_has_the_form_of_an_initial_state[layer/keras3-LSTM")
    assert alone == group("paths_agree_with_each_other[RNN/keras3 ~ layer/keras3-LSTM")
    assert alone != group("path_agrees_with_the_reference[RNN/keras3-GRU")
    assert alone == group("paths_agree_with_each_other[RNN/keras3 ~ dynamic_rnn/v1-LSTM")
    names = [scheduling.group(node) for node in scheduling.order_nodes(nodes())]
    changes = sum(one != other for one, other in itertools.pairwise(names))
    assert changes == len(set(names)) - 1


def test_tests_without_common_programs_stand_between_the_others_and_at_the_end() -> None:
    names = [scheduling.group(node) for node in scheduling.order_nodes(nodes())]
    small = [name.isdigit() for name in names]
    first_half = sum(small[: len(small) // 2])
    assert sum(small) / 4 < first_half < 3 * sum(small) / 4
    assert all(small[-100:])
    assert max(names.count(name) for name in set(names) if name.isdigit()) < len(names) / 20
