"""The plan's work: matrix of measures, agenda of a session, prompts, signals to answer, adoption points."""
