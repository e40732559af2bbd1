"""Papers and pictures that leave the building: one content, written in every format from the same words and numbers."""
