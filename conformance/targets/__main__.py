"""The start of `python -m conformance.targets`."""

import sys

from conformance.commands.targets_command import main

if __name__ == "__main__":
    sys.exit(main())
