"""The type area of A4 paper by GB/T 9704-2012: 156 mm wide."""

TWIPS = 20  # to a point
WIDTH = 8844  # twips
INCHES = WIDTH / 1440
