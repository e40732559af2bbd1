"""Making, recording and releasing files: the only way a file is exported."""
