"""What can go wrong in the suite itself, each with the sentence a user reads."""


class ConformanceError(Exception):
    """Base of all errors of the suite; its message is one line that says how to mend it."""


class UnreadableCase(ConformanceError):
    """A case given by hand is not JSON or lacks what a case needs."""


class MalformedLedger(ConformanceError):
    """The ledger of known deviations cannot be read."""


class TargetUnavailable(ConformanceError):
    """The interpreter that was asked for cannot be started, or has no TensorFlow."""


class TargetNotMade(TargetUnavailable):
    """A named target could not be made: no interpreter, no uv, no index, no room, no solution."""


class TargetBusy(TargetUnavailable):
    """A named target is being made or removed by another process."""


class MalformedTargets(ConformanceError):
    """The list of named targets cannot be read."""


class AdapterFailure(ConformanceError):
    """Our own code inside the target failed; a defect of the suite, not of TensorFlow."""


class TargetDied(ConformanceError):
    """The target's process ended in the middle of a case."""


class TargetHung(ConformanceError):
    """The target did not answer within the time limit."""
