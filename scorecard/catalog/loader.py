"""Seeds -> one frozen Catalog, or every mistake in them at once, in Chinese.

Parse, don't validate: what comes out needs no second check. Each mistake names file, key, what was found, what was
expected and the nearest registered word.
"""

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from scorecard.catalog.briefing_templates import Template
from scorecard.catalog.conditions import Frozen, shown
from scorecard.catalog.contracts import Table
from scorecard.catalog.court import Department, MemberCourt, UnitWords
from scorecard.catalog.cross_checks import SeedNames, cross_checks
from scorecard.catalog.definitions import BibliographicSource, Catalog, Court, Domain, Indicator, Measure, Requirement
from scorecard.catalog.formulas import Formula, FormulaForm
from scorecard.catalog.frameworks.declarations import Framework
from scorecard.catalog.tabulations.declarations import RowListing, Tabulation
from scorecard.catalog.tabulations.prompts import Prompt, by_kind
from scorecard.catalog.worklists import Worklist
from scorecard.errors import SeedErrors, SeedMistake, hint

Serving = TypeVar("Serving", Indicator, Worklist, Tabulation, RowListing)


def in_plan_order(entries: Iterable[Serving], rows: Sequence[str], domains: Iterable[str] = ()) -> dict[str, Serving]:
    """By domain (of indicators), then by the first row of the plan that each serves, then by id: never by a value.

    An indicator has its place among the measures of its own domain, if it serves one.
    """
    known = list(domains)

    def place(entry: Serving) -> tuple[int, int, str]:
        domain = getattr(entry, "domain", "")
        own = [row for row in entry.measures if row.startswith(f"{domain}.")] or entry.measures
        at = min((rows.index(row) for row in own if row in rows), default=len(rows))
        return known.index(domain) if domain in known else len(known), at, entry.id

    return {entry.id: entry for entry in sorted(entries, key=place)}


Model = TypeVar("Model", bound=BaseModel)
ReportMistake = Callable[[SeedMistake], None]
OVERLAY = "overlay.toml"  # of = "../seeds": a folder of which this one replaces some files and adds others
ACCESS = "access.toml"  # who gets in: lies with the seeds, but no version depends on it (identity/settings.py reads it)

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
    "greater_than_equal": "不小于 %(ge)g 的数",
    "less_than_equal": "不大于 %(le)g 的数",
    "too_short": "至少 %(min_length)d 项",
}


def load(seeds: Path) -> Catalog:
    """The catalogue of a seeds folder. Raises SeedErrors with every mistake found."""
    return parse(seed_files(seeds))


class Overlay(Frozen):
    """The seeds folder below this one, from here."""

    of: str


def seed_folders(seeds: Path) -> tuple[Path, ...]:
    """A seeds folder, of an overlay after the folder that it lies over: files of the later take the place of the earlier's."""
    if not (seeds / OVERLAY).exists():
        return (seeds,)
    below = seeds / parse_file(OVERLAY, (seeds / OVERLAY).read_bytes(), Overlay).of
    if (below / OVERLAY).exists() or not below.is_dir():
        found = f"“{below}”{'也是一层覆盖' if below.is_dir() else '不是文件夹'}"
        raise SeedErrors([SeedMistake(OVERLAY, "of", found, "一套完整的定义文件夹，从本文件夹起的相对路径")])
    return below, seeds


def seed_files(seeds: Path) -> dict[str, bytes]:
    """The seed files of a folder, and of that below it, by name."""
    folders = ("tables", "worklists", "tabulations", "listings", "prompts", "briefings", "frameworks")
    patterns = ("*.toml", "*.csv", "indicators/**/*.toml", *(f"{folder}/*.toml" for folder in folders))
    found = (
        (path.relative_to(folder).as_posix(), path)
        for folder in seed_folders(seeds)
        for pattern in patterns
        for path in folder.glob(pattern)
    )
    return {name: path.read_bytes() for name, path in sorted(dict(found).items()) if name not in (ACCESS, OVERLAY)}


def parse_file(name: str, raw: bytes, model: type[Model]) -> Model:
    """One seed file that stands on its own. Raises SeedErrors with every mistake found."""
    mistakes: list[SeedMistake] = []
    entry = _Reader({name: raw}, mistakes.append).one(name, model)
    if entry is None:
        raise SeedErrors(mistakes)
    return entry


def parse(files: Mapping[str, bytes]) -> Catalog:
    """The catalogue of seed files given as name -> bytes, as a published version keeps them."""
    mistakes: list[SeedMistake] = []
    reader = _Reader(files, mistakes.append)
    court = reader.one("court.toml", Court) or Court(name="", short_name="", court_codes=())
    reader.words = court.words
    courts = reader.many("courts.toml", MemberCourt) if court.unit == "court" else {}
    if courts:
        court = court.model_copy(update={"court_codes": tuple(code for one in courts.values() for code in one.codes)})
    domains = reader.many("domains.toml", Domain)
    departments = reader.many("departments.toml", Department)
    twice = sorted(courts.keys() & departments.keys())
    mistakes.extend(SeedMistake("courts.toml", id, "departments.toml 里已有这个编号", "另一个编号") for id in twice)
    measures = {entry.id: entry for entry in reader.numbered("measures.toml", Measure)}
    requirements = {entry.id: entry for entry in reader.numbered("requirements.toml", Requirement)}
    mistakes.extend(
        SeedMistake("court.toml", "plan_words", f"没有“{word}”", f"“{row.title}”的原文中这一处在本院叫什么")
        for row in (*measures.values(), *requirements.values())
        for word in re.findall(r"\{(\w+)\}", row.text)
    )
    sources = reader.many("sources.toml", BibliographicSource)
    tables = {table.id: table for table in reader.folder("tables", Table)}
    rows = [*measures, *requirements]
    indicators = in_plan_order(reader.indicators(), rows, domains)
    briefings = sorted(reader.folder("briefings", Template), key=lambda template: (template.position, template.id))
    for table in tables.values():
        if table.seed:
            reader.require(table.seed)
    catalog = Catalog(
        court=court,
        domains=domains,
        departments={**courts, **departments},
        measures=measures,
        requirements=requirements,
        sources=sources,
        tables=tables,
        indicators=indicators,
        digest=_digest(files),
        files=files,
        worklists=in_plan_order(reader.folder("worklists", Worklist), rows),
        briefings={template.id: template for template in briefings},
        tabulations=in_plan_order(reader.folder("tabulations", Tabulation), rows),
        listings=in_plan_order(reader.folder("listings", RowListing), rows),
        frameworks={
            one.id: one for one in sorted(reader.folder("frameworks", Framework), key=lambda one: one.position)
        },
        prompts={prompt.id: prompt for prompt in sorted(reader.folder("prompts", Prompt), key=by_kind)},
    )
    mistakes.extend(cross_checks(catalog, SeedNames(reader.file_of, frozenset(reader.unreadable))))
    if mistakes:
        raise SeedErrors(mistakes)
    return catalog


def _digest(files: Mapping[str, bytes]) -> str:
    """A hash over the names and bytes of all seed files."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return digest.hexdigest()


class _Reader:
    """Reads seed files and reports every mistake instead of stopping at the first."""

    def __init__(self, files: Mapping[str, bytes], report: ReportMistake) -> None:
        self._files = files
        self._report = report
        self.words = UnitWords()
        self.file_of: dict[tuple[type[BaseModel], str], str] = {}
        self.unreadable: set[str] = set()

    def require(self, name: str) -> None:
        if name not in self._files:
            self._report(SeedMistake(name, "", "文件不存在", "seeds 文件夹下的文件"))

    def toml(self, name: str) -> dict[str, Any] | None:
        """The content of a file, or None, reported, when it is missing or not TOML."""
        self.require(name)
        raw = self._files.get(name)
        try:
            if raw is not None:
                return tomllib.loads(self.words.fill(raw.decode("utf-8-sig")))
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1 if raw else 1
            self._report(SeedMistake(name, "", f"第 {line} 行不是 UTF-8 编码", "UTF-8 编码的文件", "请另存为 UTF-8"))
        except tomllib.TOMLDecodeError as error:
            self._report(SeedMistake(name, "", *_syntax(raw.decode("utf-8-sig") if raw else "", error)))
        self.unreadable.add(name)
        return None

    def parse(self, file: str, prefix: str, model: type[Model], raw: Any, **known: Any) -> Model | None:
        self.file_of.setdefault((model, str(known.get("id", ""))), file)
        if not isinstance(raw, dict):
            self._report(SeedMistake(file, prefix, f"值为 {shown(raw)}", "表 { … }"))
            return None
        clash = sorted(set(known) & set(raw))
        for key in clash:
            self._report(SeedMistake(file, _join(prefix, key), "手写了由文件位置决定的键", "删去这一行"))
        try:
            return model.model_validate({**raw, **known})
        except ValidationError as error:
            for mistake in _translated(file, prefix, error, model):
                self._report(mistake)
            return None

    def one(self, name: str, model: type[Model]) -> Model | None:
        raw = self.toml(name)
        return None if raw is None else self.parse(name, "", model, raw)

    def many(self, name: str, model: type[Model]) -> dict[str, Model]:
        parsed = {key: self.parse(name, key, model, raw, id=key) for key, raw in (self.toml(name) or {}).items()}
        return {key: entry for key, entry in parsed.items() if entry is not None}

    def numbered(self, name: str, model: type[Model]) -> Iterator[Model]:
        """Entries written as [domain.number]: the plan counts its measures within a domain."""
        for domain, entries in (self.toml(name) or {}).items():
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
        for file in sorted(file for file in self._files if file.startswith(f"{name}/") and file.endswith(".toml")):
            entry_id = PurePosixPath(file).stem
            first = self.file_of.setdefault((model, entry_id), file)
            if first != file:
                self._report(SeedMistake(file, "", f"编号“{entry_id}”已用于 {first}", "不重复的文件名"))
                continue
            raw = self.toml(file)
            entry = None if raw is None else self.parse(file, "", model, raw, id=entry_id, **known)
            if entry is not None:
                yield entry

    def indicators(self) -> Iterator[Indicator]:
        files = [file for file in self._files if file.startswith("indicators/")]
        for file in sorted(file for file in files if file.count("/") != 2):
            self._report(SeedMistake(file, "", "不在领域的文件夹里", "indicators/领域编号/指标编号.toml"))
        for folder in sorted({file.split("/")[1] for file in files if file.count("/") == 2}):
            yield from self.folder(f"indicators/{folder}", Indicator, domain=folder)


def _syntax(text: str, error: tomllib.TOMLDecodeError) -> tuple[str, str, str]:
    """Where the TOML breaks off and what stands there, without the parser's English."""
    position = re.search(r"at line (\d+), column", str(error))
    lines = text.splitlines()
    number = int(position[1]) if position else len(lines)
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    what = "同一个键或表写了两次" if "overwrite" in str(error) or "twice" in str(error) else "不合 TOML 格式"
    return f"第 {number} 行{what}：{line}"[:120], "键 = 值，文字加引号，表头写作 [名称]", "请看这一行和上一行"


def _join(*parts: object) -> str:
    return ".".join(str(part) for part in parts if part not in ("", None))


def _translated(file: str, prefix: str, error: ValidationError, model: type[BaseModel]) -> Iterator[SeedMistake]:
    for entry in error.errors():
        where = [part for part in entry["loc"] if not str(part).startswith(("function", "tuple"))]
        key = _join(prefix, *(part + 1 if isinstance(part, int) else part for part in where))
        kind, context = entry["type"], entry.get("ctx", {})
        if kind == "seed":
            yield SeedMistake(file, key, context["found"], context["expected"], context["remedy"])
        elif kind == "extra_forbidden":
            fields = _fields_at(model, where[:-1])
            remedy = hint(str(where[-1]), fields) if where else ""
            yield SeedMistake(file, key, "未登记的键", "、".join(fields) or "没有这一键", remedy)
        elif kind == "missing":
            yield SeedMistake(file, key, "缺少这一键", "必须填写")
        elif kind == "literal_error":
            given = entry["input"]
            words = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
            yield SeedMistake(file, key, f"值为 {shown(given)}", "、".join(words), hint(str(given), words))
        else:
            expected = _TYPE_NAMES.get(kind, f"合法的值（{kind}）") % context
            yield SeedMistake(file, key, f"值为 {shown(entry['input'])}"[:120], expected)


def _fields_at(model: type[BaseModel], where: list[Any]) -> list[str]:
    """The keys allowed at this place, followed through nested models; empty when the place is free-form."""
    current: Any = model
    for step in where:
        if not (isinstance(current, type) and issubclass(current, BaseModel)):
            return []
        if isinstance(step, str) and step in current.model_fields:
            candidates = _arguments(current.model_fields[step].annotation)
            models = [c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)]
            current = models[-1] if models else None  # of conditions or terms only the terms have keys of their own
            current = FormulaForm if current is Formula else current  # people write the form
    if not (isinstance(current, type) and issubclass(current, BaseModel)):
        return []
    return [field.alias or name for name, field in current.model_fields.items() if name not in ("id", "domain")]


def _arguments(annotation: Any) -> Iterator[Any]:
    """An annotation and everything it is made of."""
    yield annotation
    for argument in get_args(annotation):
        yield from _arguments(argument)
