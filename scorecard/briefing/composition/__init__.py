"""What a paper says: its sections in the order of its template, from the material of a version."""
