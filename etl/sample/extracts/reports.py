"""Reports of departments: pieces of information with their adoption, and the quarterly progress of the 17 measures."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from etl.sample.chance import Chance, yuan
from etl.sample.numbering import running
from etl.sample.pace import EXTRACTS_FROM, arrivals, known_on, workday_from
from scorecard.catalog.definitions import Catalog

PLAN_FROM = date(2024, 10, 9)  # the plan was published on this day: no progress is reported before

_PIECES_A_YEAR = {2024: 52, 2025: 64, 2026: 72}
_NOT_ADOPTED = "未采用"
_LEVELS: Mapping[str, tuple[float, str]] = {
    "区级": (0.36, "区级机关（示例）"),
    "市级": (0.17, "市级机关（示例）"),
    "省级": (0.05, "省级机关（示例）"),
    "国家级": (0.012, "国家级机关（示例）"),
}
_KINDS = {"工作动态": 46, "经验材料": 17, "典型案例": 12, "简报": 11, "调研报告": 6, "新闻宣传": 8}
_SENDERS = {"case_management": 40, "filing": 18, "enforcement": 18, "civil": 12, "political": 12}
_SUBJECTS = ("诉前调解", "小额诉讼", "财产保全", "信用修复", "拖欠企业账款清理", "破产简案快审", "网上立案", "法治体检")

_WORKERS = ("criminal", "civil", "tribunal")  # who reports where the plan says 各审判执行业务部门
_ENTERED = time(16, 30)
_LASTING, _STARTED, _DONE, _STUCK = "长期坚持", "推进中", "已完成", "受阻"


def report_rows(seed: int, as_of: date) -> list[Mapping[str, object]]:
    """One row for each piece and level of adoption, up to a day; one row for a piece that is not adopted."""
    pieces = list(arrivals(seed, "piece", _PIECES_A_YEAR, EXTRACTS_FROM, as_of))
    rows: list[Mapping[str, object]] = []
    for (day, chance), number in zip(pieces, running("信息", (day for day, _ in pieces)), strict=True):
        kind, subject = chance.pick(_KINDS), chance.one_of(_SUBJECTS)
        piece = {
            "report_no": number,
            "title": f"示例：{subject}{kind}（{number}）",
            "kind": kind,
            "submitted_on": day,
            "department": chance.pick(_SENDERS),
        }
        adopted = list(_adoptions(chance, day, as_of))
        rows += [{**piece, **adoption} for adoption in adopted or [{"level": _NOT_ADOPTED}]]
    return rows


def _adoptions(chance: Chance, submitted_on: date, as_of: date) -> Iterator[Mapping[str, object]]:
    for level, (share, adopter) in _LEVELS.items():
        adopted, after = chance.happens(share), chance.between(4, 55)
        adopted_on = known_on(workday_from(submitted_on + timedelta(days=after)), as_of)
        if adopted and adopted_on:
            yield {"level": level, "adopted_on": adopted_on, "adopted_by": adopter}


def progress_rows(seed: int, catalog: Catalog, as_of: date) -> list[Mapping[str, object]]:
    """A report of every department on each of its measures, a few working days after each quarter since the plan."""
    rows: list[Mapping[str, object]] = []
    for measure in catalog.measures.values():
        named = [department for department in measure.departments if not catalog.departments[department].collective]
        for department in dict.fromkeys([*named, *(_WORKERS if len(named) < len(measure.departments) else ())]):
            chance = Chance(seed, "progress", measure.id, department)
            lasting, step = chance.happens(0.45), chance.between(9, 17)
            for quarter, ended_on in enumerate(_quarters(as_of), 1):
                reported_on = workday_from(ended_on + timedelta(days=chance.between(2, 8)))
                stuck = chance.happens(0.04)
                if reported_on > as_of:
                    continue
                percent = min(100, quarter * step + chance.between(0, 6))
                status = _STUCK if stuck else _LASTING if lasting else _DONE if percent == 100 else _STARTED
                text = _TEXTS[status].format(
                    title=measure.title, quarter=f"{ended_on.year}年第{ended_on.month // 3}季度"
                )
                rows.append(
                    {
                        "measure": measure.id,
                        "department": department,
                        "reported_on": reported_on,
                        "status": status,
                        "percent": None if lasting else yuan(percent * 100),
                        "text": text,
                        "evidence": None
                        if stuck
                        else f"示例-{catalog.domains[measure.domain].name}{measure.number}-"
                        f"{ended_on.year}年第{ended_on.month // 3}季度.pdf",
                        "entered_by": f"{catalog.departments[department].name}账户（示例）",
                        "entered_at": datetime.combine(reported_on, _ENTERED),
                    }
                )
    return rows


_TEXTS = {
    _LASTING: "{quarter}“{title}”按常态化机制推进，台账已更新（示例）。",
    _STARTED: "{quarter}“{title}”按计划推进，已形成阶段性材料（示例）。",
    _DONE: "{quarter}“{title}”的工作已完成，转入日常管理（示例）。",
    _STUCK: "{quarter}“{title}”需与有关单位进一步协调，进度慢于计划（示例）。",
}


def _quarters(as_of: date) -> Iterator[date]:
    """The last days of the quarters since the plan, up to a day."""
    year, month = PLAN_FROM.year, 12
    while date(year, month, 30) <= as_of:
        yield date(year, month, 31 if month in (3, 12) else 30)
        year, month = (year, month + 3) if month < 12 else (year + 1, 3)
