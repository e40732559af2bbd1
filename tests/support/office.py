"""LibreOffice and poppler as independent readers of the files that the app writes."""

import html
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

# All sheets of a workbook, each as a CSV in UTF-8 with cells as they are shown.
SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true,false,false,-1"


READ_UTF8 = "Text - txt - csv (StarCalc):44,34,76,1"


def converted(folder: Path, name: str, content: bytes, to: str, reads: str = "") -> list[Path]:
    """The files that LibreOffice converts `content` into; in a profile of its own, so that tests may run in parallel.

    `reads` is the import filter, for which LibreOffice would otherwise ask the user.
    """
    made = folder / "made"
    (folder / name).write_bytes(content)
    command = ["soffice", f"-env:UserInstallation=file://{folder / 'profile'}", "--headless"]
    command += [f"--infilter={reads}"] if reads else []
    command += ["--convert-to", to, "--outdir", str(made), str(folder / name)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    files = sorted(made.iterdir())
    assert files, f"LibreOffice could not read {name}"
    return files


def text_of(pdf: Path) -> str:
    """The text a reader finds in a PDF, without the spaces and breaks of its layout."""
    read = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, timeout=60)
    return "".join(read.stdout.decode().split())


@dataclass(frozen=True)
class Word:
    """A word of a page and its box, in points from the upper left corner."""

    page: int
    text: str
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: "Word") -> bool:
        """True where it lies over another word, so that neither can be read; ascenders may touch."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        low = min(self.bottom - self.top, other.bottom - other.top)
        return self.page == other.page and across > 2 and down > 0.4 * low


def words(pdf: Path) -> list[Word]:
    """Every word of a PDF where it stands."""
    read = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], check=True, capture_output=True, timeout=60)
    placed: list[Word] = []
    for number, page in enumerate(read.stdout.decode().split("<page ")[1:], 1):
        for box in re.finditer(
            r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>', page
        ):
            left, top, right, bottom = (float(edge) for edge in box.groups()[:4])
            placed.append(Word(number, html.unescape(box[5]), left, top, right, bottom))
    return placed
