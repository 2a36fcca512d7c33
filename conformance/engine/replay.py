"""The replay of one case, for a person: `pytest conformance --replay CASE`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.cases.case_json import from_plain
from conformance.contract.clause import CLAUSES, Clause
from conformance.engine.batching import BatchingClient
from conformance.engine.judge import judge_together
from conformance.engine.outcome import Outcome
from conformance.engine.summary import observation_record
from conformance.errors import UnreadableCase
from conformance.ledger.entry import Ledger
from conformance.results.verdict import HOLDS
from conformance.targets import Target


def replay(text: str, target: Target, ledger: Ledger) -> tuple[Outcome, Clause]:
    """Judge the case of a JSON text. Its key `clause` names the clause.

    Raises:
        UnreadableCase: the text is not such a case, or the target does not offer its path or mode.
    """
    clause, case = read_replay(text)
    must_be_offered(clause, case, {offer.name: offer for offer in target.describe().paths})
    (outcome,) = judge_together(clause, [case], BatchingClient(target), ledger)
    return outcome, clause


def read_replay(text: str) -> tuple[Clause, Case]:
    """Return the clause and the case of a JSON text; the contract must be imported before."""
    try:
        plain = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableCase(
            f"--replay = {text[:60]!r}, but must be the JSON that a failure prints: {error}"
        ) from error
    name = plain.pop("clause", None) if isinstance(plain, dict) else None
    if name not in CLAUSES:
        raise UnreadableCase(
            f"--replay: clause = {name!r}, but must be one of those that --clauses lists"
        )
    return CLAUSES[name], from_plain(plain)


def must_be_offered(clause: Clause, case: Case, offers: Mapping[str, wire.PathOffer]) -> None:
    """Raise UnreadableCase where a path or the mode of the case is not offered."""
    for path in (case.program.path, case.other):
        if path is None:
            continue
        if path not in offers:
            raise UnreadableCase(f"--replay: path = {path!r}, but must be one of {sorted(offers)}")
        if offers[path].missing:
            raise UnreadableCase(f"--replay: {path} is not available: {offers[path].missing}")
        modes = clause.judged_in(offers[path].modes, offers[path].further_modes)
        if case.program.mode not in modes:
            raise UnreadableCase(
                f"--replay: mode = {case.program.mode!r}, but must be one of {modes}"
            )


def format_replay(outcome: Outcome, clause: Clause) -> str:
    """Return the text for a person: the clause, the case, the verdict and the observation."""
    lines = [
        f"{clause.identifier} ({clause.severity_in(outcome.case)}): {clause.statement}",
        *(f"source: {source}" for source in clause.sources),
        f"case: {outcome.case.to_json()}",
        f"verdict: {outcome.status}" + (f" ({outcome.entry})" if outcome.entry else ""),
    ]
    if outcome.status != HOLDS:
        lines.append(str(outcome.sentence))
    if outcome.grade:
        lines.append(f"grade: {outcome.grade}")
    if outcome.observation:
        lines.append(f"observation: {json.dumps(observation_record(outcome.observation))}")
    return "\n".join(lines)
