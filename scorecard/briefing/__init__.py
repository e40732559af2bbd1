"""Papers and pictures for readers outside the app: one content, written in every format from the same words and numbers."""
