"""Judges one case again on an old target and on a new one, for a person."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

from conformance import replay as replaying
from conformance.asking import Asker
from conformance.case import Case
from conformance.contract import Clause
from conformance.forms import Path
from conformance.targets import Target
from conformance.upgrade.both import Both
from conformance.upgrade.crossing import Crossing
from conformance.upgrade.differences import Difference
from conformance.verdicts import told
from reports.changes import WORSE


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


def replay(text: str, old: Target, new: Target) -> Replayed:
    """Judge the case of a JSON text, whose `other` is the new target's path where it is another.

    Raises:
        UnreadableCase: the text is not such a case, or a target does not offer its path or mode.
    """
    clause, case = replaying.read(text)
    here = dataclasses.replace(case, other=None)
    there = dataclasses.replace(here, path=case.other or case.path)
    for side, target in ((here, old), (there, new)):
        offers = {offer.name: offer for offer in target.describe().paths}
        replaying.must_be_offered(clause, side, offers)
    crossing = Crossing(Path.of(here.path).generation, Path.of(there.path).generation)
    (compared,) = Both(clause, crossing, Asker(old), Asker(new)).compare([here])
    return Replayed(clause, case, compared.difference)


def shown(replayed: Replayed) -> str:
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
            lines.append(f"{side}: {json.dumps(told(observation))}")
    return "\n".join(lines)
