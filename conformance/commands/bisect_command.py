"""Find the release that changed: ``python -m conformance.bisect CASE-or-CLAUSE --good T --bad T``.

CASE is the JSON that a failure prints, with its clause. CLAUSE is the identifier of a clause, which
is searched on each target. A release has changed where its verdict, grade or class of error differs
from GOOD's; the wording of a sentence does not count. Exit code: 0 when the release was found,
1 where BAD does the same as GOOD, 2 where a target cannot be asked, 130 when it was interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from conformance.bisect import candidates
from conformance.bisect.binary_search import Change, find
from conformance.bisect.steps import Answer, OneCase, Question, WholeClause
from conformance.cli import add_target_cache, exit_code
from conformance.contract import clause
from conformance.engine import profiles, replay
from conformance.engine.probe import open_probe
from conformance.errors import ConformanceError, TargetUnavailable
from reports.terminal.output import say

_MOST = 12  # printed changes


class NotAskable(ConformanceError):
    """A target that must be asked cannot answer."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    options = _parser().parse_args(arguments)
    return exit_code("conformance.bisect", lambda: _bisect(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conformance.bisect", description=__doc__)
    parser.add_argument("what", metavar="CASE-or-CLAUSE")
    parser.add_argument("--good", required=True, metavar="T", help="the name of the older target")
    parser.add_argument(
        "--bad", required=True, metavar="T", help="the name of the newer target, which differs"
    )
    parser.add_argument(
        "--keras", action="store_true", help="also search the Keras 3 releases on one TensorFlow"
    )
    parser.add_argument(
        "--profile", choices=sorted(set(profiles.PROFILES) - {profiles.EXPLORE}),
        default="quick", help="how much a clause is searched (default: %(default)s)",
    )  # fmt: skip
    add_target_cache(parser)
    return parser


def _bisect(options: argparse.Namespace) -> int:
    names = candidates.releases(options.good, options.bad)
    answers = _Answers(_parse_question(options), options.target_cache)
    good, bad = answers.require(options.good), answers.require(options.bad)
    if not bad.common(good):
        raise NotAskable(f"{options.good} and {options.bad} share none of its paths")
    if not bad.changed_from(good):
        say(f"{options.bad} does the same as {options.good}")
        return 1
    change = find(names, lambda name: answers.has_changed(name, good))
    say("\n".join(_result_lines(change, answers, "release")))
    if options.keras:
        say("\n".join(_keras_lines(answers, good)))
    return 0


def _parse_question(options: argparse.Namespace) -> Question:
    clauses = clause.all_clauses()
    if options.what in clauses:
        return WholeClause(clauses[options.what], profiles.PROFILES[options.profile])
    if not options.what.lstrip().startswith("{"):
        raise NotAskable(
            f"CASE-or-CLAUSE = {options.what!r}, but must be a case, which a failure prints after"
            " --replay, or a clause that `pytest conformance --clauses` lists"
        )
    return OneCase(*replay.read_replay(options.what))


@dataclass
class _Answers:
    """The answers of the targets: each target is asked once, and its answer printed and kept."""

    question: Question
    cache: str | None
    by_target: dict[str, Answer] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def require(self, name: str) -> Answer:
        """Return the answer of one end; raise NotAskable where it has none."""
        answer = self._ask(name)
        if answer.missing:
            raise NotAskable(f"{name} cannot be asked: {answer.missing}")
        return answer

    def has_changed(self, name: str, good: Answer) -> bool | None:
        """Return True where a target's answer is not the good one; None where it has none."""
        answer = self._ask(name)
        return bool(answer.changed_from(good)) if answer.common(good) else None

    def _ask(self, name: str) -> Answer:
        if name not in self.by_target:
            self.by_target[name] = self._look(name)
            print(f"{name}: {_step(self.by_target[name])}", file=sys.stderr, flush=True)
        return self.by_target[name]

    def _look(self, name: str) -> Answer:
        try:
            with open_probe(name, self.cache) as looking:
                found = looking.description.versions
                self.versions[name] = ", ".join(
                    f"{package} {found[package]}"
                    for package in ("tensorflow", "keras2", "keras3")
                    if package in found
                )
                return self.question.ask(looking)
        except TargetUnavailable as error:
            return Answer({}, missing=str(error))


def _step(answer: Answer) -> str:
    """Return an answer in one line."""
    if answer.missing:
        return f"cannot be asked: {answer.missing}"
    if len(answer.words) == 1:
        return next(iter(answer.sentences.values()))
    deviating = sum(not words.startswith("holds") for words in answer.words.values())
    return f"{deviating} of {len(answer.words)} subjects deviate"


def _result_lines(change: Change, answers: _Answers, what: str) -> list[str]:
    """Return the lines about the change that the search has found."""
    before, after = answers.by_target[change.last], answers.by_target[change.first]
    lines = [
        f"first {what} that changed: {change.first} ({answers.versions[change.first]})",
        f"last before it: {change.last} ({answers.versions[change.last]})",
    ]
    if change.unasked:
        lines.append(f"between them, but cannot be asked: {', '.join(change.unasked)}")
    changed = after.changed_from(before)
    for topic in changed[:_MOST]:
        lines.append(f"  {topic}: {before.words[topic]} -> {after.words[topic]}")
        if not after.words[topic].startswith("holds"):
            lines.append(f"    {after.sentences[topic]}")
    return lines + ([f"  and {len(changed) - _MOST} more"] if len(changed) > _MOST else [])


def _keras_lines(answers: _Answers, good: Answer) -> list[str]:
    """Return the lines about the first Keras release that differs from the older target."""
    names = candidates.keras_releases()
    ends = [answers.has_changed(name, good) for name in (names[0], names[-1])]
    if None in ends:
        return [f"Keras: {names[0]} or {names[-1]} cannot be asked"]
    if ends[0]:
        return [f"Keras: already the oldest changed, {names[0]} ({answers.versions[names[0]]})"]
    if not ends[1]:
        return [f"Keras: none changed, not even {names[-1]} ({answers.versions[names[-1]]})"]
    change = find(names, lambda name: answers.has_changed(name, good))
    return _result_lines(change, answers, "Keras")
