"""The start of `python -m conformance.baselines`."""

import sys

from conformance.commands.baselines_command import main

if __name__ == "__main__":
    sys.exit(main())
