"""Rebuilding a published version from the batches that its record names, and putting what came out in its place.

For data of an earlier program, for a folder restored without `warehouse/`, and for damaged files. Nothing is published that
was not published before: no pending batch, no later withdrawal or ruling. The old record stays.
"""
