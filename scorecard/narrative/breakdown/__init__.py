"""A value broken down: what moved it, and each department beside the limits that chance sets."""
