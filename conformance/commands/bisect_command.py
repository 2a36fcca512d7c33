"""The release that changed: ``python -m conformance.bisect CASE-or-CLAUSE --good T --bad T``.

CASE is the JSON that a failure prints, with its clause; CLAUSE the identifier of a clause, whose
search is done on each target. A release has changed where it does not do what GOOD does: verdict,
grade and class of error count, and not the words. Exit code: 0 when the release was found, 1 where
BAD does what GOOD does, 2 where that cannot be asked, 130 when it was interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from conformance.bisect import candidates
from conformance.bisect.binary_search import Change, find
from conformance.bisect.steps import Question, OneCase, Answer, WholeClause
from conformance.cli import add_target_cache, exit_code
from conformance.contract import clause
from conformance.engine import profiles, replay
from conformance.engine.probe import onlooker
from conformance.errors import ConformanceError, TargetUnavailable
from reports.terminal.output import say

_MOST = 12  # lines of what changed


class NotAskable(ConformanceError):
    """A target that must be asked shows nothing of what is asked."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    return exit_code("conformance.bisect", lambda: _bisect(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conformance.bisect", description=__doc__)
    parser.add_argument("what", metavar="CASE-or-CLAUSE")
    parser.add_argument("--good", required=True, metavar="T", help="the older target, by its name")
    parser.add_argument("--bad", required=True, metavar="T", help="the newer one, which differs")
    parser.add_argument(
        "--keras", action="store_true", help="search the Keras 3 releases on one TensorFlow, too"
    )
    parser.add_argument(
        "--profile", choices=sorted(set(profiles.PROFILES) - {profiles.EXPLORE}),
        default="quick", help="how a clause is searched (default: %(default)s)",
    )  # fmt: skip
    add_target_cache(parser)
    return parser


def _bisect(options: argparse.Namespace) -> int:
    names = candidates.releases(options.good, options.bad)
    answers = _Answers(_parse_question(options), options.target_cache)
    good, bad = answers.require(options.good), answers.require(options.bad)
    if not bad.common(good):
        raise NotAskable(f"{options.good} and {options.bad} have no path of it in common")
    if not bad.changed_from(good):
        say(f"{options.bad} does what {options.good} does")
        return 1
    change = find(names, lambda name: answers.changed(name, good))
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
            f"CASE-or-CLAUSE = {options.what!r}, but must be a case, as a failure prints it after"
            " --replay, or a clause that `pytest conformance --clauses` lists"
        )
    return OneCase(*replay.read_replay(options.what))


@dataclass
class _Answers:
    """Asks targets, each once, and says what they show."""

    asked: Question
    cache: str | None
    shown: dict[str, Answer] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def require(self, name: str) -> Answer:
        """What one end shows; raises NotAskable where it shows nothing."""
        shown = self._ask(name)
        if shown.missing:
            raise NotAskable(f"{name} cannot be asked: {shown.missing}")
        return shown

    def changed(self, name: str, good: Answer) -> bool | None:
        """Whether a target does not do what another did; None where it cannot be asked."""
        shown = self._ask(name)
        return bool(shown.changed_from(good)) if shown.common(good) else None

    def _ask(self, name: str) -> Answer:
        if name not in self.answers:
            self.answers[name] = self._look(name)
            print(f"{name}: {_step(self.answers[name])}", file=sys.stderr, flush=True)
        return self.answers[name]

    def _look(self, name: str) -> Answer:
        try:
            with onlooker(name, self.cache) as looking:
                found = looking.description.versions
                self.versions[name] = ", ".join(
                    f"{package} {found[package]}"
                    for package in ("tensorflow", "keras2", "keras3")
                    if package in found
                )
                return self.question.ask(looking)
        except TargetUnavailable as error:
            return Answer({}, missing=str(error))


def _step(shown: Answer) -> str:
    """What was seen, in one line."""
    if shown.missing:
        return f"cannot be asked: {shown.missing}"
    if len(shown.words) == 1:
        return next(iter(shown.sentences.values()))
    deviating = sum(not words.startswith("holds") for words in shown.words.values())
    return f"{deviating} of {len(shown.words)} subjects deviate"


def _result_lines(change: Change, answers: _Answers, what: str) -> list[str]:
    """What the search has found."""
    before, after = answers.answers[change.last], answers.answers[change.first]
    lines = [
        f"first {what} that changed: {change.first} ({answers.versions[change.first]})",
        f"last before it: {change.last} ({answers.versions[change.last]})",
    ]
    if change.unasked:
        lines.append(f"between them, and not to be asked: {', '.join(change.unasked)}")
    changed = after.changed_from(before)
    for about in changed[:_MOST]:
        lines.append(f"  {about}: {before.words[about]} -> {after.words[about]}")
        if not after.words[about].startswith("holds"):
            lines.append(f"    {after.sentences[about]}")
    return lines + ([f"  and {len(changed) - _MOST} more"] if len(changed) > _MOST else [])


def _keras_lines(answers: _Answers, good: Answer) -> list[str]:
    """The first Keras release that does not do what the older target does."""
    names = candidates.keras_releases()
    ends = [answers.changed(name, good) for name in (names[0], names[-1])]
    if None in ends:
        return [f"Keras: {names[0]} or {names[-1]} cannot be asked"]
    if ends[0]:
        return [f"Keras: changed in the oldest, {names[0]} ({answers.versions[names[0]]})"]
    if not ends[1]:
        return [f"Keras: not even {names[-1]} ({answers.versions[names[-1]]}) has changed"]
    change = find(names, lambda name: answers.changed(name, good))
    return _result_lines(change, answers, "Keras")
