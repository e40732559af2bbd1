"""`python -m etl …`: the command line of the scorecard's data."""

import sys

from etl.commands.cli import main
from scorecard.storage.atomic_files import begin_private

if __name__ == "__main__":
    begin_private()
    sys.exit(main(sys.argv[1:]))
