"""The plan's work: matrix of measures, agenda of a session, adoption points."""
