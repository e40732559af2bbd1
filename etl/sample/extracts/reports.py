"""Reports of departments: pieces of information with their adoption, and the quarterly progress of the 17 measures."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from etl.sample import parameters
from etl.sample.chance import Chance, yuan
from etl.sample.numbering import running
from etl.sample.pace import EXTRACTS_FROM, arrivals, known_on, workday_from
from scorecard.catalog.definitions import Catalog

_PARAMETERS = parameters.of("reports")
_LASTING, _STARTED, _DONE, _STUCK = _PARAMETERS["texts"]


def report_rows(seed: int, as_of: date) -> list[Mapping[str, object]]:
    """One row for each piece and level of adoption, up to a day; one row for a piece that is not adopted."""
    pieces = list(arrivals(seed, "piece", as_of, EXTRACTS_FROM))
    rows: list[Mapping[str, object]] = []
    for (day, chance), number in zip(pieces, running("信息", (day for day, _ in pieces)), strict=True):
        kind, subject = chance.pick(_PARAMETERS["kinds"]), chance.one_of(_PARAMETERS["subjects"])
        piece = {
            "report_no": number,
            "title": f"示例：{subject}{kind}（{number}）",
            "kind": kind,
            "submitted_on": day,
            "department": chance.pick(_PARAMETERS["senders"]),
        }
        adopted = list(_adoptions(chance, day, as_of))
        rows += [{**piece, **adoption} for adoption in adopted or [{"level": "未采用"}]]
    return rows


def _adoptions(chance: Chance, submitted_on: date, as_of: date) -> Iterator[Mapping[str, object]]:
    for level, (share, adopter) in _PARAMETERS["levels"].items():
        adopted, after = chance.happens(share), chance.between(4, 55)
        adopted_on = known_on(workday_from(submitted_on + timedelta(days=after)), as_of)
        if adopted and adopted_on:
            yield {"level": level, "adopted_on": adopted_on, "adopted_by": adopter}


def progress_rows(seed: int, catalog: Catalog, as_of: date) -> list[Mapping[str, object]]:
    """A report of every department on each of its measures, a few working days after each quarter since the plan."""
    rows: list[Mapping[str, object]] = []
    for measure in catalog.measures.values():
        own = [department for department in measure.departments if not catalog.departments[department].collective]
        for department in dict.fromkeys(
            [*own, *(_PARAMETERS["workers"] if len(own) < len(measure.departments) else ())]
        ):
            chance = Chance(seed, "progress", measure.id, department)
            lasting, step = chance.happens(0.45), chance.between(9, 17)
            for quarter, ended_on in enumerate(_quarters(as_of), 1):
                reported_on = workday_from(ended_on + timedelta(days=chance.between(2, 8)))
                stuck = chance.happens(0.04)
                if reported_on > as_of:
                    continue
                percent = min(100, quarter * step + chance.between(0, 6))
                status = _STUCK if stuck else _LASTING if lasting else _DONE if percent == 100 else _STARTED
                named = f"{ended_on.year}年第{ended_on.month // 3}季度"
                text = _PARAMETERS["texts"][status].format(title=measure.title, quarter=named)
                evidence = f"示例-{catalog.domains[measure.domain].name}{measure.number}-{named}.pdf"
                rows.append(
                    {
                        "measure": measure.id,
                        "department": department,
                        "reported_on": reported_on,
                        "status": status,
                        "percent": None if lasting else yuan(percent * 100),
                        "text": text,
                        "evidence": None if stuck else evidence,
                        "entered_by": f"{catalog.departments[department].name}账户（示例）",
                        "entered_at": datetime.combine(reported_on, _PARAMETERS["entered"]),
                    }
                )
    return rows


def _quarters(as_of: date) -> Iterator[date]:
    """The last days of the quarters since the plan, up to a day."""
    year, month = _PARAMETERS["plan_from"].year, 12
    while date(year, month, 30) <= as_of:
        yield date(year, month, 31 if month in (3, 12) else 30)
        year, month = (year, month + 3) if month < 12 else (year + 1, 3)
