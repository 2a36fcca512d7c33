"""The replay of one case on an old target and on a new one, for a person."""

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
from conformance.results.severities import SAME
from conformance.targets import Target
from conformance.upgrade.diff import Difference
from conformance.upgrade.pair import TargetPair
from conformance.upgrade.path_mapping import GenerationPair


@dataclass(frozen=True)
class PairReplay:
    """A case of a clause that was judged on both targets, and their difference."""

    clause: Clause
    case: Case
    difference: Difference | None

    @property
    def worse(self) -> bool:
        """True where something got worse."""
        return self.difference is not None and self.difference.change in WORSE


def replay_pair(text: str, old: Target, new: Target) -> PairReplay:
    """Judge the case of a JSON text on both targets.

    In the text, `other` is the new target's path, where it is another than the old target's.

    Raises:
        UnreadableCase: the text is not such a case, or a target does not offer its path or mode.
    """
    clause, case = replaying.read_replay(text)
    on_old = case.replace(other=None)
    on_new = on_old.replace(path=case.other or case.program.path)
    for side, target in ((on_old, old), (on_new, new)):
        offers = {offer.name: offer for offer in target.describe().paths}
        replaying.must_be_offered(clause, side, offers)
    generations = GenerationPair(
        Path.parse(on_old.program.path).generation, Path.parse(on_new.program.path).generation
    )
    pair = TargetPair(clause, generations, BatchingClient(old), BatchingClient(new))
    (comparison,) = pair.compare([on_old])
    return PairReplay(clause, case, comparison.difference)


def format_pair_replay(replayed: PairReplay) -> str:
    """Return the text for a person: the clause, the case, the change, and both observations."""
    clause, difference = replayed.clause, replayed.difference
    lines = [
        f"{clause.identifier} ({SAME}): {clause.statement}",
        *(f"source: {source}" for source in clause.sources),
        f"case: {replayed.case.to_json()}",
    ]
    if difference is None:
        return "\n".join([*lines, "OLD and NEW do the same."])
    lines += [f"{difference.clause}: {difference.change}", difference.sentence]
    for side, observation in (("OLD", difference.old), ("NEW", difference.new)):
        if observation is not None:
            lines.append(f"{side}: {json.dumps(observation_record(observation))}")
    return "\n".join(lines)
