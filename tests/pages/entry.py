"""app.py as the server runs it. Beside a folder named pages/, the test runner would start each page without its frame."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).resolve().parents[2] / "app.py"), run_name="__main__")
