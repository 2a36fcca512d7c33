"""The message of an error, as it is on each machine and in each run."""

import re

# names that count what the process has made so far, which would differ from run to run
_NUMBERED = re.compile(
    r"(v1_cell|multi_rnn_cell|__(?:inference|forward|backward)_\w+?|0x)_?[0-9a-f]+\b"
)
# of several operations that fail, a graph names the one that happens to be first
_ANY_NODE = re.compile(r"(Detected at node|\{\{node) [^\s}]+")
# where Python, libraries and this suite lie; graphs of old releases leave out the first slash
_FOLDERS = re.compile(
    r"[^\s\"'(]*/(?:site-packages/|lib/python3\.\d+/(?!site-packages/)|(?=conformance/adapter/))"
)


def normalize(message):
    """The message without what depends on the machine or on what was run before."""
    for pattern, kept in ((_NUMBERED, r"\1"), (_ANY_NODE, r"\1"), (_FOLDERS, "")):
        message = pattern.sub(kept, message)
    return message
