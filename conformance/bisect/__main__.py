"""The start of `python -m conformance.bisect`."""

import sys

from conformance.commands.bisect_command import main

if __name__ == "__main__":
    sys.exit(main())
