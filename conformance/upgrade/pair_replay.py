"""Judges one case again on an old target and on a new one, for a person."""

from __future__ import annotations

import json
from dataclasses import dataclass

from conformance.cases.case import Case
from conformance.cases.state_forms import Path
from conformance.contract.clause import Clause
from conformance.engine import replay as replaying
from conformance.engine.batching import BatchingClient
from conformance.engine.summary import observation_record
from conformance.results.change_kinds import WORSE
from conformance.targets import Target
from conformance.upgrade.diff import Difference
from conformance.upgrade.pair import Both
from conformance.upgrade.path_mapping import Crossing


@dataclass(frozen=True)
class Replayed:
    """A case of a clause that was judged on both, and how they differ."""

    clause: Clause
    case: Case
    difference: Difference | None

    @property
    def worse(self) -> bool:
        """Whether something got worse."""
        return self.difference is not None and self.difference.change in WORSE


def replay_pair(text: str, old: Target, new: Target) -> Replayed:
    """Judge the case of a JSON text, whose `other` is the new target's path where it is another.

    Raises:
        UnreadableCase: the text is not such a case, or a target does not offer its path or mode.
    """
    clause, case = replaying.read_replay(text)
    here = case.replace(other=None)
    there = here.replace(path=case.other or case.program.path)
    for side, target in ((here, old), (there, new)):
        offers = {offer.name: offer for offer in target.describe().paths}
        replaying.must_be_offered(clause, side, offers)
    crossing = Crossing(
        Path.parse(here.program.path).generation, Path.parse(there.program.path).generation
    )
    (compared,) = Both(clause, crossing, BatchingClient(old), BatchingClient(new)).compare([here])
    return Replayed(clause, case, compared.difference)


def format_pair_replay(replayed: Replayed) -> str:
    """What a person reads: the clause, the case, what became of it, and both observations."""
    clause, found = replayed.clause, replayed.difference
    lines = [
        f"{clause.identifier} ({clause.severity}): {clause.statement}",
        f"source: {clause.source}",
        f"case: {replayed.case.to_json()}",
    ]
    if found is None:
        return "\n".join([*lines, "OLD and NEW do the same."])
    lines += [f"{found.clause}: {found.change}", found.sentence]
    for side, observation in (("OLD", found.old), ("NEW", found.new)):
        if observation is not None:
            lines.append(f"{side}: {json.dumps(observation_record(observation))}")
    return "\n".join(lines)
