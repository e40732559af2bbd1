"""What the interface answers: definitions, values and versions as plain records and as CSV, and the questions it understands.

Every number comes from the judged period that pages and papers show. Decimals are texts: a reader's floats must not
change a digit. A value that is 数据待核 carries no number at all, for a program does not see the mark beside it.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Generic, Literal, TypeVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from scorecard.assessment.cards import CardInputs, judged_period
from scorecard.assessment.verdict import VerdictWord
from scorecard.calendar.period import GRAINS, ChosenGrain, Grain, Period, StatisticalCalendar
from scorecard.catalog.definitions import Catalog, Indicator, PeriodState, Scope
from scorecard.catalog.formulas import RANKED
from scorecard.narrative.glossary import entry
from scorecard.records.targets import Target, TargetKind
from scorecard.storage.spreadsheet_csv import CsvValue, number_or_text, write_csv
from scorecard.store.open_version import Version
from scorecard.store.versions import VersionManifest

MOST = 2000  # records of one answer
Answered = TypeVar("Answered")
Filled = TypeVar("Filled", bound=BaseModel)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IndicatorDefinition(_Record):
    """How an indicator is counted, and what for."""

    id: str = Field(title="指标编号")
    name: str = Field(title="指标")
    domain: str = Field(title="领域")
    unit: str = Field(title="单位")
    direction: str = Field(title="方向", description="越高越好、越低越好、在区间内为好，或不分好坏")
    definition: str = Field(title="定义")
    exclusions: str = Field(title="不含")
    formula: list[str] = Field(title="算法", description="分子、分母和怎样相除，各一行")
    life: list[str] = Field(title="口径沿革", description="改过口径的指标，每段口径的施行期间和算法，由近及远")
    measures: list[str] = Field(title="对应措施", description="实施方案中的配套措施或工作要求")
    departments: str = Field(title="责任部门")
    counterweight: str = Field(title="制衡指标", description="本指标向好时不得变坏的指标")
    sources: list[str] = Field(title="依据")


class TargetInForce(_Record):
    """The target in force in a period, as it was set."""

    text: str = Field(title="目标", description="与看板相同的写法")
    kind: TargetKind = Field(
        title="目标类型", description="累计目标是全年值，按月进度评判；较上年目标从上年同期的值算起"
    )
    lower: str | None = Field(title="目标下限")
    upper: str | None = Field(title="目标上限")
    basis: str = Field(title="目标依据")
    document: str = Field(title="目标文件")
    valid_from: date = Field(title="目标生效")
    valid_until: date | None = Field(title="目标失效")


class PublishedValue(_Record):
    """One indicator in one period, with everything by which it is read."""

    indicator: str = Field(title="指标编号")
    name: str = Field(title="指标")
    grain: Grain = Field(title="统计方式", description="month 单月、quarter 季度、ytd 年度累计、year 全年")
    period: str = Field(title="报告期", description="2026-10（单月；年度累计至该月）、2026-Q3、2026")
    period_name: str = Field(title="报告期名称", description="起止日不同于自然月的，括注起止日")
    department: str = Field(title="部门编号", description="all 为全院；按法院统计的为法院编号，all 为全部法院")
    department_name: str = Field(title="部门", description="按法院统计的为法院")
    scope: Scope = Field(title="范围", description="all 全部案件，firm 涉企案件")
    value: str | None = Field(title="数值", description="看板所示的数字，不带千分位；不应引用时为空（见评价）")
    unit: str = Field(title="单位")
    text: str = Field(title="显示", description="看板的写法；基数过小时只有件数，如 n=3")
    numerator: str | None = Field(title="分子", description="按件、元、天计；中位数没有分子")
    denominator: str | None = Field(title="分母", description="个数、合计和中位数没有分母")
    halves: str = Field(title="分子分母", description="看板的写法；环节平均数之和逐环节列出")
    base: int | None = Field(title="基数", description="数值所依据的行数")
    unknown: int | None = Field(title="未填未计", description="属于本期、但所算内容没有填写的行数")
    state: PeriodState | None = Field(
        title="报告期状态", description="complete 已满，partial 未结束，immature 观察期未满"
    )
    verdict: VerdictWord = Field(title="评价")
    reason: str = Field(title="评价理由", description="数据待核时是全部原因")
    target: TargetInForce | None = Field(title="目标", description="未设目标时为空")
    as_of: dict[str, date] = Field(title="数据截至", description="所用各数据表的数据截至日；没有报送的表不列")
    version: str = Field(title="版本")
    sample: bool = Field(title="示例数据", description="true：由程序生成，不是真实案件，不得引用")


class PublishedVersion(_Record):
    """One published version of the data."""

    version: str = Field(title="版本")
    published_at: str = Field(title="发布时间")
    current: bool = Field(title="当前版本", description="不写 version 时读到的版本")
    readable: bool = Field(title="可读", description="false：数据文件已按保留规则清理")
    sample: bool = Field(title="示例数据")
    as_of: dict[str, date] = Field(title="数据截至", description="各数据表的数据截至日")


class Listing(_Record, Generic[Answered]):
    """A page of records."""

    version: str = Field(description="所读的版本；翻页时请写明同一个 version")
    court: str = Field(description="法院名称")
    notice: str = Field(description="读到的不是最近发布的版本时说明原因，平时为空")
    departments: dict[str, str] = Field(description="可查询的部门：编号和名称")
    total: int = Field(description="符合条件的总条数")
    next_offset: int | None = Field(description="下一页的 offset；没有下一页时为空")
    items: list[Answered]


def _ascii_number(given: Any) -> Any:
    """Only what a person would call a plain number: no sign, no underscore, no digit of another script."""
    if isinstance(given, str) and not re.fullmatch("[0-9]{1,9}", given):
        raise ValueError
    return given


class Paging(BaseModel):
    """The question for versions."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    limit: Annotated[int, BeforeValidator(_ascii_number)] = Field(
        500, ge=1, le=MOST, description=f"一次最多几条，1—{MOST}"
    )
    offset: Annotated[int, BeforeValidator(_ascii_number)] = Field(
        0, ge=0, le=999_999_999, description="跳过前几条，0 起"
    )
    format: Literal["json", "csv"] | None = Field(None, description="json 或 csv；不写则按请求头 Accept，默认 json")


class IndicatorQuestion(Paging):
    """The question for definitions."""

    version: str = Field("", pattern="^[0-9a-z]{8,64}$", description="版本编号，不写为当前版本")


_PERIOD = r"^[0-9]{4}(-(0[1-9]|1[0-2])|-Q[1-4])?$"


class ValueQuestion(IndicatorQuestion):
    """The question for values."""

    indicator: str = Field("", pattern="^[a-z][a-z0-9_]{0,79}$", description="指标编号，不写为全部指标")
    grain: ChosenGrain = Field("month", description=f"统计方式：{'、'.join(GRAINS)}")
    since: str = Field("", alias="from", pattern=_PERIOD, description="自哪一期，如 2026-01、2026-Q1、2026")
    until: str = Field("", pattern=_PERIOD, description="至哪一期，如 2026-10、2026-Q3、2026")
    department: str = Field("all", pattern="^[a-z][a-z0-9_]{0,79}$", description="部门编号，all 为全院")
    scope: Scope = Field("all", description="all 全部案件，firm 涉企案件")

    def covers(self, period: Period) -> bool:
        first, last = _span(self.since, period.months), _span(self.until, period.months)
        return (not first or first.first_month <= period.last_month) and (
            not last or period.last_month <= last.last_month
        )


def _span(key: str, months: StatisticalCalendar) -> Period | None:
    return next((period for grain in GRAINS if (period := months.parse(grain, key))), None)


def definition(indicator: Indicator, catalog: Catalog) -> IndicatorDefinition:
    """An indicator as the glossary has it."""
    known = entry(indicator, catalog)
    titles = [source.title for source in known.sources]
    return _of(IndicatorDefinition, {**vars(indicator), **vars(known)}, sources=titles)


def _of(model: type[Filled], known: Mapping[str, Any], **more: Any) -> Filled:
    """The record of the fields it has in common with what is known."""
    return model(**{name: found for name, found in {**known, **more}.items() if name in model.model_fields})


def value(version: Version, inputs: CardInputs, indicator: Indicator, period: Period) -> PublishedValue:
    """One value, judged as its card judges it."""
    judged = judged_period(inputs, indicator, period)
    shown = None if judged.word == "数据待核" else judged
    reading = shown.reading if shown else None
    formula = indicator.at(period).formula
    halves = None if formula.kind in RANKED else reading  # its own row holds it as its numerator
    # Value times base is the half that visitors do not see.
    counted = None if reading is None or reading.public else reading
    return PublishedValue(
        indicator=indicator.id,
        name=indicator.name,
        grain=period.grain,
        period=period.key,
        period_name=period.dated,
        department=inputs.department,
        department_name=version.catalog.department_name(inputs.department),
        scope="firm" if inputs.scope == "firm" else "all",
        value=shown.figure.replace(",", "") if shown and shown.exact is not None else None,
        unit=indicator.unit,
        text=shown.text if shown else "—",
        numerator=_decimal(halves.numerator) if halves else None,
        denominator=_decimal(halves.denominator) if halves else None,
        halves=shown.halves if shown else "",
        base=counted.base if counted else None,
        unknown=counted.unknown if counted else None,
        state=judged.reading.state if judged.reading else None,
        verdict=judged.word,
        reason=judged.verdict.reason,
        target=None if judged.goal is None else _target(judged.goal, judged.target),
        as_of={name: version.as_of[name] for name in formula.tables if name in version.as_of},
        version=version.id,
        sample=version.manifest.sample,
    )


def published(manifest: VersionManifest, current: str, readable: bool) -> PublishedVersion:
    """A version by its record of publication; who published it and from which files is nobody's business outside."""
    days = {name: date.fromisoformat(day) for name, day in manifest.as_of.items()}
    return _of(PublishedVersion, vars(manifest), current=manifest.version == current, readable=readable, as_of=days)


def _decimal(number: Any) -> str | None:
    """All digits, whatever their number, without the zeros that storing it added."""
    text = "" if number is None else f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or None


def _target(target: Target, text: str) -> TargetInForce:
    return _of(TargetInForce, vars(target), text=text, lower=_decimal(target.lower), upper=_decimal(target.upper))


def csv_of(model: type[BaseModel], records: Iterable[BaseModel]) -> bytes:
    """Header and records; numbers leave as numbers, texts as a spreadsheet shows them unchanged."""
    return write_csv(_titles(model), (_cells(model, record) for record in records))


def _titles(model: type[BaseModel]) -> list[str]:
    titles: list[str] = []
    for name, field in model.model_fields.items():
        titles += _titles(TargetInForce) if name == "target" else [field.title or name]
    return titles


def _cells(model: type[BaseModel], record: BaseModel | None) -> list[CsvValue]:
    cells: list[CsvValue] = []
    for name in model.model_fields:
        found = getattr(record, name, None)
        cells += _cells(TargetInForce, found) if name == "target" else [_cell(found)]
    return cells


def _cell(found: Any) -> CsvValue:
    match found:
        case bool():
            return "是" if found else "否"
        case str():
            return number_or_text(found)
        case date():
            return found.isoformat()
        case list():
            return "；".join(cast("list[str]", found))
        case dict():
            return "；".join(f"{name} {day}" for name, day in cast("dict[str, date]", found).items())
        case _:
            return found
