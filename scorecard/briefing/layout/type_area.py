"""The type area of A4 paper by GB/T 9704-2012, in twips."""

TWIPS = 20  # to a point
WIDTH = 8844  # 156 mm
