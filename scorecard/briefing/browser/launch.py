"""Finding and starting the browser: with the bundled fonts, at the lowest priority, and without network."""

import os
import shutil
import tempfile
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from choreographer.browsers.chromium import Chromium
from choreographer.channels._interface_type import ChannelInterface
from choreographer.utils import TmpDirectory

from scorecard.briefing.browser import fonts
from scorecard.storage.atomic_files import runs

_PREFIX = f"scorecard-press-{os.getuid() if hasattr(os, 'getuid') else 0}-"
_NICENESS = "10"
# choreographer opens the browser to local files and foreign origins; a paper needs neither.
_NOT_WANTED = {"--disable-web-security", "--allow-file-access-from-files", "--no-process-per-site"}
# The last three are walls behind the document's own CSP: no name is resolved, and what has an address goes to a proxy that is
# not there.
_FLAGS = Path(__file__).with_name("flags.txt").read_text("utf-8").splitlines()


def find_browser() -> Path | None:
    """The path of Chrome, Chromium or Edge, or of the browser that BROWSER_PATH names; None without any."""
    path = Chromium.find_browser(skip_local=False)
    return Path(path) if path and Path(path).is_file() else None


def new_folder(path: Path) -> Path:
    """A new folder for one browser: profile, fonts, document. Folders of processes that died are removed first."""
    _sweep()
    # A browser from a snap sees no temporary files but its own.
    base = Path.home() if "snap" in path.parts else Path(tempfile.gettempdir())
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base))


@dataclass(frozen=True)
class _Profile:
    """The folder of the browser's profile; it is removed with the folder around it."""

    path: Path

    def clean(self) -> None:
        """Do nothing: BrowserProcess.close removes the folder."""


class IsolatedChromium(Chromium):
    """Chromium with the bundled fonts, at the lowest priority, and without network."""

    def __init__(
        self, channel: ChannelInterface, path: Path | str | None = None, *, folder: Path, **kwargs: Any
    ) -> None:
        super().__init__(channel, path, **kwargs)
        self._folder = folder
        self._fonts = fonts.configuration(folder)

    def pre_open(self) -> None:
        self.tmp_dir = cast("TmpDirectory", _Profile(self._folder / "profile"))

    def get_cli(self) -> Sequence[str]:
        arguments = [part for part in super().get_cli() if part not in _NOT_WANTED]
        return [*_behind_everything_else(), *arguments, *_FLAGS]

    def get_env(self) -> MutableMapping[str, str]:
        return {**super().get_env(), "FONTCONFIG_FILE": str(self._fonts)}


def _behind_everything_else() -> list[str]:
    """The start of the browser's command line that gives it the lowest priority."""
    nice, setpriv = shutil.which("nice"), shutil.which("setpriv")
    if nice is None:
        return []
    command = [nice, "-n", _NICENESS]
    if setpriv is not None and runs_as_root():
        # The browser sets its threads' priorities itself; only without this right it cannot put itself in front.
        command = [setpriv, "--bounding-set=-sys_nice", "--inh-caps=-sys_nice", *command]
    return command


def runs_as_root() -> bool:
    """Whether this process runs as root: the browser's sandbox refuses that."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _sweep() -> None:
    """Remove the folders of processes that were killed; nothing uses them any more."""
    for folder in {Path(tempfile.gettempdir()), Path.home()}:
        for folder_left in folder.glob(f"{_PREFIX}*-*"):
            owner = folder_left.name.removeprefix(_PREFIX).partition("-")[0]
            if owner.isdigit() and not runs(int(owner)):
                shutil.rmtree(folder_left, ignore_errors=True)
