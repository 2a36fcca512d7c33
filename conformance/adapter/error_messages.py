"""The messages of errors, in a form that is the same on each machine and in each run."""

import re

# names with a number that counts what the process has made so far; it differs from run to run
_NUMBERED = re.compile(
    r"(v1_cell|multi_rnn_cell|__(?:inference|forward|backward)_\w+?|0x)_?[0-9a-f]+\b"
)
# where several operations fail, a graph names the one that happens to fail first
_ANY_NODE = re.compile(r"(Detected at node|\{\{node) [^\s}]+")
# the folders of Python, libraries and this suite; graphs of old releases omit the first slash
_FOLDERS = re.compile(
    r"[^\s\"'(]*/(?:site-packages/|lib/python3\.\d+/(?!site-packages/)|(?=conformance/adapter/))"
)


def normalize(message):
    """Return the message without the parts that depend on the machine or on earlier runs."""
    for pattern, kept in ((_NUMBERED, r"\1"), (_ANY_NODE, r"\1"), (_FOLDERS, "")):
        message = pattern.sub(kept, message)
    return message
