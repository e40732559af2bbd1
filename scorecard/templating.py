"""The templates of all packages, in one environment that escapes every value."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


class _Templates(FileSystemLoader):
    """Loads "ui/work/worklists.html" from the folder `templates` of `scorecard/ui/work`."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        package, _, name = template.rpartition("/")
        return super().get_source(environment, f"{package}/templates/{name}")


environment = Environment(
    loader=_Templates(Path(__file__).resolve().parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, **values: Any) -> str:
    """The template filled with values; each is escaped unless the template marks it safe: a name from an extract is text."""
    return environment.get_template(template).render(**values)
