"""The pipe to the browser, read in large pieces: a picture is megabytes of text, and a browser may die in its middle."""

import json
import os
import time
from collections.abc import Sequence

from choreographer.channels import ChannelClosedError, Pipe
from choreographer.protocol import BrowserResponse

_PIECE = 1 << 20
_BYE = b"{bye}\n"  # what choreographer's wrapper says for a browser that has gone


class LargePipe(Pipe):
    """choreographer's pipe; its own reading takes 10,000 bytes at a time and never ends when a message is cut short."""

    _left = b""

    def read_jsons(self, *, blocking: bool = True) -> tuple[Sequence[BrowserResponse], float]:
        """The whole messages that have come, at least one. Raises ChannelClosedError when the browser has gone."""
        if not self.is_ready():
            raise ChannelClosedError
        pieces = [self._left]
        while b"\0" not in pieces[-1]:
            try:
                piece = os.read(self._read_from_browser, _PIECE)
            except OSError as error:
                self.close()
                raise ChannelClosedError from error
            if not piece or piece == _BYE:
                self.close()
                raise ChannelClosedError
            pieces.append(piece)
        *whole, self._left = b"".join(pieces).split(b"\0")
        return [json.loads(message) for message in whole if message], time.perf_counter()
