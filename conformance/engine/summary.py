"""The summary of a search: tallies become verdicts, and observations become plain data."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from conformance.adapter import wire
from conformance.cases import floats, state_forms
from conformance.cases.case import Case, case_to_plain
from conformance.checks.deviation import error_line
from conformance.contract.clause import Clause, Subject, ValueCounts
from conformance.engine.outcome import Outcome
from conformance.engine.tally import Tally
from conformance.results.grades import GRADES
from conformance.results.verdict import HOLDS, UNAVAILABLE, Verdict
from conformance.targets import HERE


@dataclass(frozen=True)
class About:
    """The subject matter of a verdict: a clause, a subject, and the name of the target."""

    clause: Clause
    subject: Subject
    target: str


def unavailable_verdict(about: About, reason: str) -> Verdict:
    """Return the verdict for a path that is missing."""
    clause, subject = about.clause, about.subject
    return Verdict(
        clause.identifier,
        subject.place,
        None,
        subject.cell,
        UNAVAILABLE,
        None,
        subject.malformation,
        cases=0,
        seconds=0.0,
        case=None,
        observation=None,
        family=clause.family,
        severity=clause.severity_of(subject),
        statement=clause.statement,
        reason=reason,
    )


def verdicts_of_search(about: About, tallies: Mapping[str, Tally], seconds: float) -> list[Verdict]:
    """Return one verdict where all modes agree, else one for each mode."""
    signatures = {_signature(tally) for tally in tallies.values()}
    if len(signatures) == 1:
        mode = next(iter(tallies)) if len(tallies) == 1 else None
        return [_verdict(about, mode, tallies, seconds)]
    return [
        _verdict(about, mode, {mode: tally}, seconds * tally.cases / _cases(tallies.values()))
        for mode, tally in sorted(tallies.items())
    ]


def _signature(tally: Tally) -> tuple[str, str | None, str | None]:
    return tally.representative.signature if tally.representative else (HOLDS, None, None)


def _cases(tallies: Iterable[Tally]) -> int:
    return sum(tally.cases for tally in tallies)


def _verdict(
    about: About, mode: str | None, by_mode: Mapping[str, Tally], seconds: float
) -> Verdict:
    clause, subject, tallies = about.clause, about.subject, list(by_mode.values())
    outcome = _smallest([tally.representative for tally in tallies if tally.representative])
    ratios = [tally.width_ratio for tally in tallies if tally.width_ratio is not None]
    grades = {grade for tally in tallies for grade in tally.grades}
    worst = max(grades, key=GRADES.index, default=None)
    return Verdict(
        clause.identifier,
        subject.place,
        mode,
        subject.cell,
        outcome.status if outcome else HOLDS,
        (outcome.grade if outcome else None) or worst,
        subject.malformation,
        cases=_cases(tallies),
        seconds=round(seconds, 4),
        case=case_to_plain(outcome.case) if outcome else None,
        observation=observation_record(outcome.observation)
        if outcome and outcome.observation
        else None,
        family=clause.family,
        severity=clause.severity_of(subject, by_mode, outcome.case if outcome else None),
        statement=clause.statement,
        sentence=outcome.sentence if outcome else None,
        replay=replay_command(clause, outcome.case, about.target) if outcome else None,
        ledger=tuple(sorted({name for tally in tallies for name in tally.known})),
        width_ratio=max(ratios, default=None),
        widths=_widths(tallies) or None,
        values=_values_by_dtype(tallies) or None,
        modes=tuple(sorted(by_mode)),
        ulps=_ulps(tallies) or None,
        structures=tuple(sorted({text for tally in tallies for text in tally.structures})),
        refusals=_refusals(tallies),
    )


_MOST_REFUSALS = 3


def _refusals(tallies: Sequence[Tally]) -> tuple[str, ...]:
    """Return the first few errors of refusals; errors that differ in numbers only are one."""
    found = {words: text for tally in reversed(tallies) for words, text in tally.refusals.items()}
    return tuple(sorted(found.values())[:_MOST_REFUSALS])


def _ulps(tallies: Sequence[Tally]) -> dict[str, float]:
    """Return the largest distance in ULP over all modes, by dtype."""
    largest: dict[str, float] = {}
    for tally in tallies:
        for dtype, ulps in tally.ulps.items():
            largest[dtype] = max(largest.get(dtype, 0.0), float(f"{ulps:.3g}"))
    return dict(sorted(largest.items()))


def _widths(tallies: Sequence[Tally]) -> dict[str, dict[str, int]]:
    """Return how often each bin of observed/error bound occurred over all modes, by dtype."""
    counts: dict[str, Counter[str]] = {}
    for tally in tallies:
        for dtype, bins in tally.widths.items():
            counts.setdefault(dtype, Counter()).update(bins)
    return {dtype: dict(bins) for dtype, bins in sorted(counts.items())}


def _values_by_dtype(tallies: Sequence[Tally]) -> dict[str, dict[str, int]]:
    """Return how many values were judged and how many were not, over all modes, by dtype."""
    counts: dict[str, ValueCounts] = {}
    for tally in tallies:
        for dtype, values in tally.values.items():
            counts[dtype] = counts.get(dtype, ValueCounts()) + values
    return {
        dtype: {name: count for name, count in vars(values).items() if count}
        for dtype, values in sorted(counts.items())
    }


def _smallest(outcomes: Sequence[Outcome]) -> Outcome | None:
    return min(outcomes, key=lambda outcome: len(outcome.case.to_json()), default=None)


def replay_command(clause: Clause, case: Case, *targets: str) -> str:
    """Return the command that judges a case of a clause again, on the same target or targets."""
    text = '{"clause":"' + clause.identifier + '",' + case.to_json()[1:]
    named_targets = () if targets == (HERE,) else targets
    options = "".join(f"--target {shlex.quote(target)} " for target in named_targets)
    return f"pytest conformance {options}--replay {shlex.quote(text)}"


def observation_record(observation: wire.Observation) -> dict[str, object]:
    """Return an observation as plain data, without seconds, so that two runs are equal."""
    if observation.error is not None:
        error = observation.error
        return {
            "error": {
                "class": error.name,
                "module": error.module,
                "message": error_line(error),
                "raised_in": error.raised_in,
                "stage": error.stage,
            },
            "weights_intact": observation.weights_intact,
            **_stored_record(observation),
        }
    return {
        "outputs": _values(observation.outputs),
        "state": state_forms.format_tree(observation.state),
        "state_values": [_values(leaf.array) for leaf in _leaves(observation.state)],
        "arguments_intact": observation.arguments_intact,
        "weights_intact": observation.weights_intact,
        **_stored_record(observation),
        **_gradients_record(observation),
    }


def _gradients_record(observation: wire.Observation) -> dict[str, object]:
    gradients = observation.gradients
    if gradients is None:
        return {}
    return {
        "gradient_of_inputs": [_values(leaf.array) for leaf in _leaves(gradients.inputs)],
        "gradients_of_state": state_forms.format_tree(gradients.state),
        "gradients_of_state_values": [_values(leaf.array) for leaf in _leaves(gradients.state)],
        "gradients_of_weights": [
            {name: _values(a) for name, a in vars(weights).items() if isinstance(a, wire.Array)}
            for weights in gradients.weights
        ],
    }


def _stored_record(observation: wire.Observation) -> dict[str, object]:
    if observation.stored is None:
        return {}
    return {
        "stored": state_forms.format_tree(observation.stored),
        "stored_values": [_values(leaf.array) for leaf in _leaves(observation.stored)],
    }


def _values(array: wire.Array | None) -> object:
    return None if array is None else floats.from_wire(array).tolist()


def _leaves(tree: object) -> list[wire.Leaf]:
    if isinstance(tree, wire.Node):
        return [leaf for child in tree.children for leaf in _leaves(child)]
    return [tree] if isinstance(tree, wire.Leaf) else []
