"""The distribution of observed/error bound: in a run file, and in the table for people."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

from conformance.cases.case import make_case
from conformance.cases.program import Cell
from conformance.contract.clause import CheckResult, ValueCounts
from conformance.engine.outcome import Outcome
from conformance.engine.tally import Tally
from conformance.results.verdict import HOLDS, Verdict
from conformance.results.width_bins import width_bin
from reports.terminal import value_table, width_table

CELLS = (Cell("GRU", 2),)


def verdict(path: str, **bins: dict[str, int]) -> Verdict:
    return Verdict(
        "AG-01", path, None, "GRU", HOLDS, None, None, 0, 0.0, None, None, widths=bins or None
    )


@pytest.mark.parametrize(
    ("ratio", "name"), [(0.0, "0"), (1.0, "1"), (0.5, "0.5"), (0.45, "0.5"), (0.42, "0.42")]
)
def test_a_bin_is_named_by_its_upper_bound(ratio: float, name: str) -> None:
    assert width_bin(ratio) == name


def test_a_ratio_above_one_is_in_a_bin_above_one() -> None:
    assert float(width_bin(1.0000001)) > 1


def test_a_search_counts_by_dtype() -> None:
    tally = Tally()
    for dtype, ratio in (("float32", 0.5), ("float32", 0.5), ("float64", 0.1)):
        tally.add(
            Outcome(make_case("p", "eager", CELLS, dtype=dtype), HOLDS, result=CheckResult(ratio))
        )
    tally.add(Outcome(make_case("p", "eager", CELLS), HOLDS))
    assert tally.widths == {"float32": Counter({"0.5": 2}), "float64": Counter({"0.105": 1})}


def test_quantiles_count_all_verdicts_of_a_path() -> None:
    found = width_table.distributions(
        [
            verdict("A", float32={"0.25": 50, "1": 1}),
            verdict("A", float32={"0.5": 49}, float64={"0": 1}),
            verdict("B"),
        ]
    )
    assert list(found) == [
        width_table.Distribution("A", "float32", 100, 0.25, 0.5, 1.0),
        width_table.Distribution("A", "float64", 1, 0.0, 0.0, 0.0),
    ]


def test_the_table_is_empty_where_no_error_bound_was_used() -> None:
    assert width_table.table([verdict("A")]) == []
    assert width_table.table([verdict("A", float32={"0.5": 2})])[1].split() == [
        *("A", "float32", "2", "0.5", "0.5", "0.5"),
    ]


def test_a_tally_counts_values_by_dtype() -> None:
    tally = Tally()
    for dtype, values in (("float16", (3, 1)), ("float16", (4, 0, 2)), ("float64", (5,))):
        case = make_case("p", "eager", CELLS, dtype=dtype)
        tally.add(Outcome(case, HOLDS, result=CheckResult(values=ValueCounts(*values))))
    tally.add(Outcome(make_case("p", "eager", CELLS), HOLDS))
    assert tally.values == {"float16": ValueCounts(7, 1, 2), "float64": ValueCounts(5)}


def test_shares_of_values_that_are_not_judged_are_worst_first() -> None:
    def judged(clause: str, path: str, **values: dict[str, int]) -> Verdict:
        return dataclasses.replace(verdict(path), clause=clause, values=values)

    verdicts = [
        judged("AG-01", "A", float16={"judged": 6, "chaos": 2}, float32={"judged": 8}),
        judged("AG-02", "B", float16={"judged": 7, "overflow": 1}),
        verdict("C"),
    ]
    assert value_table.shares(verdicts, "dtype") == [
        value_table.Share("float16", 16, (2, 1, 0)),
        value_table.Share("float32", 8, (0, 0, 0)),
    ]
    assert [share.name for share in value_table.shares(verdicts, "path")] == ["A", "B"]
    first, *lines = value_table.tables(verdicts)
    assert first == "Of 24 compared values 12.50% could not be judged:"
    assert ["AG-01", "16", "12.50%", "2", "0", "0"] in [line.split() for line in lines]
    assert value_table.tables([verdict("C")]) == []


def test_a_tally_counts_drift_structures_and_refusals() -> None:
    tally = Tally()
    for ulps, refusal in ((1.0, "ValueError (2 rows)"), (3.25, "ValueError (3 rows)")):
        result = CheckResult(ulps=ulps, structures=("[h, c]",), refusal=refusal)
        tally.add(Outcome(make_case("p", "eager", CELLS), HOLDS, result=result))
    assert tally.ulps == {"float32": 3.25}
    assert tally.structures == {"[h, c]"}
    assert list(tally.refusals.values()) == ["ValueError (2 rows)"]
