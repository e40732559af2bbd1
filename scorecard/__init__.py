"""What an indicator is: how it is declared, computed, judged, read and shown."""
