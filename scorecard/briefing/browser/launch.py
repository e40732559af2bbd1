"""How the browser is found and started: with our fonts, behind everything else that runs here, and without a way out."""

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
_FLAGS = (
    "--hide-scrollbars",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--disable-lcd-text",
    "--lang=zh-CN",
    "--no-pings",
    "--disable-background-networking",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-features=Translate,MediaRouter,OptimizationHints,DialMediaRouteProvider,AutofillServerCommunication",
    # Walls behind the document's own CSP: no name is resolved, and what has an address goes to a proxy that is not there.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
)


def found() -> Path | None:
    """The browser of this machine: Chrome, Chromium or Edge, or the one BROWSER_PATH names. None without any."""
    path = Chromium.find_browser(skip_local=False)
    return Path(path) if path and Path(path).is_file() else None


def new_folder(path: Path) -> Path:
    """A folder of this process for one browser: profile, fonts, document. What dead processes left is swept first."""
    _sweep()
    # A browser from a snap sees no temporary files but its own.
    base = Path.home() if "snap" in path.parts else Path(tempfile.gettempdir())
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base))


@dataclass(frozen=True)
class _Profile:
    """Where the browser keeps its profile. It goes with the folder it lies in, once nobody writes into it any more."""

    path: Path

    def clean(self) -> None:
        """Nothing: see Machine.close."""


class Quiet(Chromium):
    """The browser with our fonts, behind everything else that runs here, and without a way out."""

    def __init__(
        self, channel: ChannelInterface, path: Path | str | None = None, *, folder: Path, **kwargs: Any
    ) -> None:
        super().__init__(channel, path, **kwargs)
        self._folder = folder
        self._fonts = fonts.configuration(folder)

    def pre_open(self) -> None:
        self.tmp_dir = cast("TmpDirectory", _Profile(self._folder / "profile"))

    def get_cli(self) -> Sequence[str]:
        given = [part for part in super().get_cli() if part not in _NOT_WANTED]
        return [*_behind_everything_else(), *given, *_FLAGS]

    def get_env(self) -> MutableMapping[str, str]:
        return {**super().get_env(), "FONTCONFIG_FILE": str(self._fonts)}


def _behind_everything_else() -> list[str]:
    """What the browser's command begins with, so that pages come first."""
    nice, setpriv = shutil.which("nice"), shutil.which("setpriv")
    if nice is None:
        return []
    command = [nice, "-n", _NICENESS]
    if setpriv is not None and root():
        # The browser sets its threads' priorities itself; only without this right it cannot put itself in front.
        command = [setpriv, "--bounding-set=-sys_nice", "--inh-caps=-sys_nice", *command]
    return command


def root() -> bool:
    """Whether this process may do everything, which the browser's sandbox forbids."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _sweep() -> None:
    """Remove what a process that was killed left behind; nothing of it can still be in use."""
    for folder in {Path(tempfile.gettempdir()), Path.home()}:
        for left in folder.glob(f"{_PREFIX}*-*"):
            owner = left.name.removeprefix(_PREFIX).partition("-")[0]
            if owner.isdigit() and not runs(int(owner)):
                shutil.rmtree(left, ignore_errors=True)
