"""Pictures and PDF from one Chromium process behind a queue."""
