"""`python -m etl …`: the command line of the scorecard's data."""

import sys

from etl.commands.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
