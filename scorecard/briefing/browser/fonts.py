"""The fonts of pictures and papers: a fontconfig file in which every Chinese family leads to letters that are there.

An installed family is used; the bundled Noto faces replace the others, so that a server without any font draws Chinese
as well.
"""

import os
import shutil
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn as bundled

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
