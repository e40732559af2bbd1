"""Metadata of a PNG: its heading, the manifest of its export, its resolution. No time, no name of a program."""

import struct
import zlib

from PIL.PngImagePlugin import PngInfo

_HEADER = 33  # bytes of a PNG before anything may be put in: signature and header chunk


def png_texts(heading: str, manifest: str) -> PngInfo:
    """Heading and manifest as text chunks, for a picture that is not written yet."""
    written = PngInfo()
    written.add_itxt("Title", heading, "zh-CN")
    written.add_itxt("manifest", manifest, "zh-CN")
    return written


def with_metadata(png: bytes, dpi: int, heading: str, manifest: str) -> bytes:
    """The PNG with resolution and texts put in behind its header; no pixel is encoded anew."""
    per_metre = round(dpi / 0.0254)
    added = [
        (b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
        *((kind, data) for kind, data, _ in png_texts(heading, manifest).chunks),
    ]
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in added
    )
    return png[:_HEADER] + b"".join(chunks) + png[_HEADER:]
