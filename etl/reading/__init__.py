"""From bytes to typed rows: decoding, header, rows, cells, rules."""
