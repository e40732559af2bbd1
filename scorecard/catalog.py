"""Seeds -> one frozen Catalog, or every mistake in them at once, in Chinese.

Parse, don't validate: what comes out needs no second check. Each mistake names file, key, what was found, what was
expected and the nearest registered word.
"""

import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from scorecard.contracts import Table
from scorecard.definitions import Catalog, Court, Department, Domain, Indicator, Measure, Requirement, Source
from scorecard.errors import SeedErrors, SeedMistake, hint
from scorecard.references import cross_checks

Model = TypeVar("Model", bound=BaseModel)
Report = Callable[[SeedMistake], None]

_TYPE_NAMES = {
    "string_type": "文字（加引号）",
    "int_type": "整数",
    "bool_type": "true 或 false",
    "float_type": "数字",
    "date_type": "日期，如 2026-01-01",
    "dict_type": "表 { … }",
    "tuple_type": "列表 [ … ]",
    "model_type": "表 { … }",
    "int_from_float": "整数",
}


def load(seeds: Path) -> Catalog:
    """The catalogue of a seeds folder. Raises SeedErrors with every mistake found."""
    patterns = ("*.toml", "*.csv", "tables/*.toml", "indicators/*/*.toml")
    paths = sorted(path for pattern in patterns for path in seeds.glob(pattern))
    return parse({path.relative_to(seeds).as_posix(): path.read_bytes() for path in paths})


def parse(files: Mapping[str, bytes]) -> Catalog:
    """The catalogue of seed files given as name -> bytes, as a published version keeps them."""
    mistakes: list[SeedMistake] = []
    reader = _Reader(files, mistakes.append)
    court = reader.one("court.toml", Court)
    domains = reader.many("domains.toml", Domain)
    departments = reader.many("departments.toml", Department)
    measures = {entry.id: entry for entry in reader.numbered("measures.toml", Measure)}
    requirements = {entry.id: entry for entry in reader.numbered("requirements.toml", Requirement)}
    sources = reader.many("sources.toml", Source)
    tables = {table.id: table for table in reader.folder("tables", Table)}
    indicators = list(reader.indicators())
    for table in tables.values():
        if table.seed:
            reader.bytes_of(table.seed)
    if court is not None:
        catalog = Catalog(
            court=court,
            domains=domains,
            departments=departments,
            measures=measures,
            requirements=requirements,
            sources=sources,
            tables=tables,
            indicators=_in_plan_order(indicators, domains, measures, requirements),
            digest=_digest(files),
            files=files,
        )
        mistakes.extend(cross_checks(catalog, reader.file_of))
        if not mistakes:
            return catalog
    raise SeedErrors(mistakes)


def _digest(files: Mapping[str, bytes]) -> str:
    """A hash over the names and bytes of all seed files."""
    found = hashlib.sha256()
    for name in sorted(files):
        found.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return found.hexdigest()


class _Reader:
    """Reads seed files and reports every mistake instead of stopping at the first."""

    def __init__(self, files: Mapping[str, bytes], report: Report) -> None:
        self._files = files
        self._report = report
        self.file_of: dict[str, str] = {}

    def bytes_of(self, name: str) -> bytes:
        if name not in self._files:
            self._report(SeedMistake(name, "", "文件不存在", "seeds 文件夹下的文件"))
        return self._files.get(name, b"")

    def toml(self, name: str) -> dict[str, Any]:
        raw = self.bytes_of(name)
        try:
            return tomllib.loads(raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            self._report(SeedMistake(name, "", f"第 {error.start} 字节不是 UTF-8", "UTF-8 编码的文件"))
        except tomllib.TOMLDecodeError as error:
            self._report(SeedMistake(name, "", f"不是合法的 TOML（{error}）", "TOML 格式"))
        return {}

    def parse(self, file: str, prefix: str, model: type[Model], raw: Any, **known: Any) -> Model | None:
        if not isinstance(raw, dict):
            self._report(SeedMistake(file, prefix, f"值为 {raw!r}", "表 { … }"))
            return None
        self.file_of[f"{model.__name__}:{known.get('id', '')}"] = file
        clash = sorted(set(known) & set(raw))
        for key in clash:
            self._report(SeedMistake(file, _join(prefix, key), "手写了由文件位置决定的键", "删去这一行"))
        try:
            return model.model_validate({**raw, **known})
        except ValidationError as error:
            for mistake in _translated(file, prefix, error, raw, model):
                self._report(mistake)
            return None

    def one(self, name: str, model: type[Model]) -> Model | None:
        return self.parse(name, "", model, self.toml(name))

    def many(self, name: str, model: type[Model]) -> dict[str, Model]:
        parsed = {key: self.parse(name, key, model, raw, id=key) for key, raw in self.toml(name).items()}
        return {key: entry for key, entry in parsed.items() if entry is not None}

    def numbered(self, name: str, model: type[Model]) -> Iterator[Model]:
        """Entries written as [domain.number]: the plan counts its measures within a domain."""
        for domain, entries in self.toml(name).items():
            for number, raw in (entries if isinstance(entries, dict) else {}).items():
                known: dict[str, Any] = {"id": f"{domain}.{number}"}
                if not number.isdigit():
                    self._report(SeedMistake(name, known["id"], f"序号“{number}”", "整数序号，如 1"))
                    continue
                known["number"] = int(number)
                if "domain" in model.model_fields:
                    known["domain"] = domain
                entry = self.parse(name, known["id"], model, raw, **known)
                if entry is not None:
                    yield entry

    def folder(self, name: str, model: type[Model], **known: Any) -> Iterator[Model]:
        for file in sorted(
            file for file in self._files if file.startswith(f"{name}/") and file.endswith(".toml")
        ):
            raw = self.toml(file)
            if raw:
                entry = self.parse(file, "", model, raw, id=PurePosixPath(file).stem, **known)
                if entry is not None:
                    yield entry

    def indicators(self) -> Iterator[Indicator]:
        folders = {file.split("/")[1] for file in self._files if file.startswith("indicators/")}
        for folder in sorted(folders):
            yield from self.folder(f"indicators/{folder}", Indicator, domain=folder)


def _join(*parts: object) -> str:
    return ".".join(str(part) for part in parts if part not in ("", None))


def _translated(
    file: str, prefix: str, error: ValidationError, raw: dict[str, Any], model: type[BaseModel]
) -> Iterator[SeedMistake]:
    for entry in error.errors():
        where = [
            part
            for part in entry["loc"]
            if not (isinstance(part, str) and part.startswith(("function", "tuple")))
        ]
        key = _join(prefix, *where)
        kind, context = entry["type"], entry.get("ctx", {})
        if kind == "seed":
            yield SeedMistake(file, key, context["found"], context["expected"], context["remedy"])
        elif kind == "extra_forbidden":
            fields = _fields_at(model, where[:-1])
            yield SeedMistake(
                file,
                key,
                "未登记的键",
                "、".join(fields) or "没有这一键",
                hint(str(where[-1]), fields) if where else "",
            )
        elif kind == "missing":
            yield SeedMistake(file, key, "缺少这一键", "必须填写")
        elif kind == "literal_error":
            given = entry["input"]
            words = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
            yield SeedMistake(file, key, f"值为 {given!r}", "、".join(words), hint(str(given), words))
        else:
            expected = _TYPE_NAMES.get(kind, f"合法的值（{kind}）")
            yield SeedMistake(file, key, f"值为 {entry['input']!r}"[:120], expected)


def _fields_at(model: type[BaseModel], where: list[Any]) -> list[str]:
    """The keys allowed at this place, followed through nested models; empty when the place is free-form."""
    current: Any = model
    for step in where:
        if not (isinstance(current, type) and issubclass(current, BaseModel)):
            return []
        if isinstance(step, str) and step in current.model_fields:
            annotation = current.model_fields[step].annotation
            candidates = [annotation, *_arguments(annotation)]
            current = next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)
        elif step == "":
            continue
    if not (isinstance(current, type) and issubclass(current, BaseModel)):
        return []
    return [
        field.alias or name for name, field in current.model_fields.items() if name not in ("id", "domain")
    ]


def _arguments(annotation: Any) -> Iterator[Any]:
    for argument in get_args(annotation):
        yield argument
        yield from _arguments(argument)


def _in_plan_order(
    indicators: list[Indicator],
    domains: dict[str, Domain],
    measures: dict[str, Measure],
    requirements: dict[str, Requirement],
) -> dict[str, Indicator]:
    """By domain, then by the first measure of that domain, then by id: the plan's order, never a value's."""
    domain_order = list(domains)
    measure_order = [*measures, *requirements]

    def place(indicator: Indicator) -> tuple[int, int, str]:
        own = [m for m in indicator.measures if m.startswith(f"{indicator.domain}.")] or list(
            indicator.measures
        )
        positions = [measure_order.index(m) for m in own if m in measure_order]
        domain = (
            domain_order.index(indicator.domain) if indicator.domain in domain_order else len(domain_order)
        )
        return domain, min(positions, default=len(measure_order)), indicator.id

    return {indicator.id: indicator for indicator in sorted(indicators, key=place)}
