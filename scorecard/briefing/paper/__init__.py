"""What a paper says, before it has a format."""
