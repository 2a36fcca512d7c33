"""The errors of the suite itself; the message of each is a sentence for the user."""


class ConformanceError(Exception):
    """The base of all errors of the suite; its message is one line that says how to fix it."""


class UnreadableCase(ConformanceError):
    """A case that was given by hand is not JSON, or lacks something that a case needs."""


class MalformedLedger(ConformanceError):
    """The ledger of known deviations cannot be read."""


class TargetUnavailable(ConformanceError):
    """The requested interpreter cannot be started, or it has no TensorFlow."""


class TargetNotMade(TargetUnavailable):
    """A named target could not be made: no interpreter, uv, index, disk space or solution."""


class TargetBusy(TargetUnavailable):
    """Another process is making or removing a named target."""


class MalformedTargets(ConformanceError):
    """The list of named targets cannot be read."""


class DrawingNotControlled(ConformanceError):
    """The installed Hypothesis draws in a way that the suite cannot make repeatable."""


class AdapterFailure(ConformanceError):
    """The suite's own code inside the target failed: a defect of the suite, not of TensorFlow."""


class TargetDied(ConformanceError):
    """The target's process ended during a case."""


class TargetHung(ConformanceError):
    """The target did not answer within the time limit."""
