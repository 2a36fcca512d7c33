"""Runs ``python -m conformance.ledger``: see `conformance/commands/ledger_command.py`."""

import sys

from conformance.commands.ledger_command import main

if __name__ == "__main__":
    sys.exit(main())
