"""Statistics that know no court: intervals of a share, the parts of a change, two rates compared."""
