"""Finding and starting the browser: with the bundled fonts, at the lowest priority, and without network.

Its fontconfig file leads every Chinese family to letters that are there: an installed family is used; the bundled Noto faces
replace the others, so that a server without any font draws Chinese as well.
"""

import os
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import pylopdf_fonts_zh_cn as bundled
from choreographer.browsers.chromium import Chromium
from choreographer.channels._interface_type import ChannelInterface
from choreographer.utils import TmpDirectory

from scorecard.storage.atomic_files import runs

STANDING_IN: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("fonts.toml").read_text("utf-8"))
_SYSTEM = Path("/etc/fonts/fonts.conf")


def configuration(folder: Path) -> Path:
    """The file, written into `folder`; the browser finds it through FONTCONFIG_FILE."""
    system = Path(os.environ.get("FONTCONFIG_FILE", _SYSTEM))
    installed = _installed()
    aliases = "\n".join(
        # The browser takes a stand-in only when it comes first, before the family that was asked for. So no alias may
        # stand beside a family that is there.
        f"<alias><family>{name}</family><prefer><family>{face}</family></prefer></alias>"
        for face, names in STANDING_IN.items()
        for name in names
        if name.casefold() not in installed
    )
    file = folder / "fonts.conf"
    file.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n<fontconfig>\n'
        f'<include ignore_missing="yes">{system}</include>\n'
        f"<dir>{bundled.sans_path().parent}</dir>\n"
        f"<cachedir>{folder / 'fontcache'}</cachedir>\n"
        f"{aliases}\n</fontconfig>\n",
        encoding="utf-8",
    )
    return file


def bundled_files() -> tuple[Path, ...]:
    """The faces that come with the program."""
    return Path(bundled.sans_path()), Path(bundled.serif_path())


@cache
def _installed() -> frozenset[str]:
    """The families of this machine, in lower case; none without fontconfig's own program."""
    program = shutil.which("fc-list")
    if program is None:
        return frozenset()
    listing = subprocess.run(
        [program, "--format", "%{family}\n"], capture_output=True, check=False, timeout=60
    ).stdout.decode("utf-8", "replace")
    return frozenset(name.strip().casefold() for line in listing.splitlines() for name in line.split(","))


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
        self._fonts = configuration(folder)

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
