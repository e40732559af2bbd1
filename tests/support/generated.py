"""Hypothesis strategies: table contracts, indicators over them in every form people can write, and rows.

What comes out has passed the catalogue's own checks, so it is what a court could have written. Values are drawn from
small pools on purpose: ties, equal dates, month ends, leap days and unknown cells meet all the time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from scorecard.catalog.contracts import Derived, Table
from scorecard.catalog.cross_checks import SeedNames, cross_checks
from scorecard.catalog.definitions import (
    COUNTED_UNITS,
    BibliographicSource,
    Catalog,
    Court,
    Department,
    Domain,
    Indicator,
    Measure,
)
from scorecard.catalog.formulas import RANKED
from scorecard.catalog.tabulations.declarations import RowListing, Tabulation
from tests.support.naive import months_from

DATES = [
    date(2023, 11, 30), date(2023, 12, 31), date(2024, 1, 1), date(2024, 1, 31), date(2024, 2, 28), date(2024, 2, 29),
    date(2024, 3, 1), date(2024, 3, 30), date(2024, 3, 31), date(2024, 4, 30), date(2024, 6, 30), date(2024, 7, 1),
    date(2024, 8, 31), date(2024, 9, 30), date(2024, 12, 31), date(2025, 1, 1), date(2025, 2, 14),
]  # fmt: skip
# Calendar months mostly; closing on the 20th, from a month on or until one, with a year from October on.
MONTHS = [
    (), (), (),
    (months_from(date(2000, 1, 1), 20),),
    (months_from(date(2024, 2, 1), 29, year_begins=10),),
    (months_from(date(2000, 1, 1), 20), months_from(date(2024, 3, 1))),
]  # fmt: skip
CUTS = [date(2024, 3, 31), date(2024, 4, 15), date(2024, 12, 31), date(2025, 1, 31)]
MOMENTS = [
    datetime(2023, 12, 31, 23, 59), datetime(2024, 1, 31, 10), datetime(2024, 2, 29, 0, 0), datetime(2024, 2, 29, 9, 30),
    datetime(2024, 3, 1, 10), datetime(2024, 3, 2, 9, 30), datetime(2024, 3, 31, 23, 59, 59), datetime(2024, 9, 30, 8),
]  # fmt: skip
INTEGERS = [-1, 0, 1, 2, 3, 30, 365]
AMOUNTS = [Decimal(n) for n in ("0", "0.05", "0.1", "1", "1234.5", "54322.5", "100000000000.01")]  # 元 and 分
CODES = ["甲", "乙", "丙"]
WORDS = ["甲", "买卖合同", "鲁", "1"]
CASES = [
    "（2024）鲁0117民初1号", "（2024）鲁0117民初12号", "（2023）鲁1203民诉前调7号", "（2024）最高法民终3号", "民事判决书",
]  # fmt: skip
OFFICES = ["civil", "filing"]
POOLS: dict[str, list[Any]] = {
    "date": DATES, "datetime": MOMENTS, "integer": INTEGERS, "decimal": AMOUNTS, "boolean": [True, False],
    "code": CODES, "text": WORDS, "case_no": CASES, "department": OFFICES,
}  # fmt: skip
CONTRACT = {
    "number": "text", "d1": "date", "d2": "date", "d3": "date", "t1": "datetime", "t2": "datetime", "n1": "integer",
    "n2": "integer", "y1": "decimal", "y2": "decimal", "firm": "boolean", "b1": "boolean", "k1": "code", "w1": "text",
    "c1": "case_no", "office": "department",
}  # fmt: skip

Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True)
class World:
    """A catalogue of one or two tables and a few indicators, with rows and data cuts."""

    catalog: Catalog
    indicators: list[Indicator]
    rows: dict[str, list[dict[str, Any]]]
    as_of: dict[str, date]


# --- contracts --------------------------------------------------------------------------------------------------


def _column(name: str, kind: str) -> dict[str, Any]:
    column: dict[str, Any] = {"header": name, "type": kind}
    if kind == "code":
        column["values"] = {code: [] for code in CODES}
    if kind in ("integer", "decimal"):
        column["unit"] = "天" if kind == "integer" else "元"
    return column


def _of_type(kinds: dict[str, str], *wanted: str) -> list[str]:
    return [name for name, kind in kinds.items() if kind in wanted]


def _derived(draw: Draw, kinds: dict[str, str], units: dict[str, str]) -> tuple[dict[str, Any], str, str]:
    """One derived column over the columns there are so far, its type and its unit."""
    form = draw(st.sampled_from([name for name in Derived.model_fields if name not in Derived.beside]))
    moments = _of_type(kinds, "date", "datetime")

    def pick(*wanted: str, least: int = 1, most: int = 3) -> list[str]:
        """Columns that may be taken together: of one type and one unit."""
        first = draw(st.sampled_from(_of_type(kinds, *wanted)))
        like = [name for name in kinds if (kinds[name], units.get(name)) == (kinds[first], units.get(first))]
        return draw(st.lists(st.sampled_from(like), min_size=least, max_size=most))

    if form in ("days_between", "working_days_between"):
        return {form: draw(st.lists(st.sampled_from(moments), min_size=2, max_size=2))}, "integer", "天"
    if form == "after":
        reach = {"months": draw(st.sampled_from([0, 1, 6, 12])), "days": draw(st.sampled_from([0, 1, 30]))}
        return {form: {"of": draw(st.sampled_from(moments)), **reach}}, "date", ""
    if form in ("earliest", "latest"):
        columns = pick("date", "datetime")
        return {form: columns}, kinds[columns[0]], ""
    if form == "total":
        columns = pick("integer", "decimal")
        return {form: columns}, kinds[columns[0]], units.get(columns[0], "")
    if form == "difference":
        columns = pick("integer", "decimal", least=2, most=2)
        return {form: columns}, kinds[columns[0]], units.get(columns[0], "")
    if form == "case_part":
        part = draw(st.sampled_from(["year", "court", "type", "serial"]))
        return {form: {"of": "c1", "part": part}}, "integer" if part in ("year", "serial") else "text", ""
    words = {"w1": {"一组": ["甲", "买卖合同"], "二组": ["鲁"]}, "k1": {"一组": ["甲"], "二组": ["乙"]}}
    of = draw(st.sampled_from(list(words)))
    return {form: {"of": of, "groups": words[of]}}, "group", ""


def _table(draw: Draw, name: str) -> tuple[Table, dict[str, str]]:
    kinds = dict(CONTRACT)
    units = {"n1": "天", "n2": "天", "y1": "元", "y2": "元"}
    derived: dict[str, Any] = {}
    for number in range(draw(st.integers(0, 4))):
        form, kind, unit = _derived(draw, kinds, units)
        derived[f"e{number}"] = {"header": f"e{number}", **form}
        if "working_days_between" not in form and draw(st.integers(0, 3)) == 0:
            derived[f"e{number}"]["unknown_where"] = _where(draw, dict(kinds), least=1)
        kinds[f"e{number}"], units[f"e{number}"] = kind, unit
    table = Table.model_validate(
        {
            "id": name,
            "name": name,
            "replaces": "all",
            "department": draw(st.sampled_from(["office", None])),
            "firm": draw(st.sampled_from(["firm", None])),
            "columns": {column: _column(column, kind) for column, kind in CONTRACT.items()},
            "derived": derived,
        }
    )
    return table, kinds


# --- conditions -------------------------------------------------------------------------------------------------


def _test(draw: Draw, column: str, kinds: dict[str, str]) -> Any:
    kind = kinds[column]
    moments = _of_type(kinds, "date", "datetime")
    forms = ["known"] if kind == "datetime" else ["known", "eq", "not", "in", "not_in"]
    if kind in ("integer", "decimal", "date"):
        forms += ["lt", "lte", "gt", "gte", "between"]
    if kind in ("date", "datetime"):
        forms += ["within", "beyond", "not_after", "after"] * 2
    of_one_unit = kind not in ("integer", "decimal")  # of computed numbers units differ
    like = [one for one in _of_type(kinds, kind) if one != column and (of_one_unit or {one, column} <= {*CONTRACT})]
    forms += ["same_as", "differs_from"] * bool(like)
    form = draw(st.sampled_from(forms))
    if form == "known":
        return {form: draw(st.booleans())}
    if form in ("same_as", "differs_from"):
        return {form: draw(st.sampled_from(like))}
    if form in ("not_after", "after"):
        return {form: draw(st.sampled_from(moments))}
    if form in ("within", "beyond"):
        other = draw(st.sampled_from(moments))
        reaches: list[dict[str, int]] = [{"days": 30}, {"months": 6}, {"months": 1, "days": 1}, {}]
        if kind == kinds[other] == "datetime":
            reaches += [{"hours": 48}, {"hours": 24}, {"days": 1, "hours": 12}]
        return {form: {"of": other, **draw(st.sampled_from(reaches))}}
    pool: list[Any] = {
        "date": [day.isoformat() for day in DATES], "decimal": [0, 0.05, 0.1, 1, 54322.5], "integer": INTEGERS,
        "group": ["一组", "二组", "其他"], "boolean": [True, False], "code": CODES, "department": OFFICES,
        "case_no": CASES,
    }.get(kind, [*WORDS, "民初", "鲁0117"])  # fmt: skip
    value = st.sampled_from(pool)
    if form == "eq":
        return draw(value)
    if form in ("in", "not_in"):
        return {form: draw(st.lists(value, min_size=1, max_size=3))}
    return {"gte": draw(value), "lt": draw(value)} if form == "between" else {form: draw(value)}


def _where(draw: Draw, kinds: dict[str, str], least: int = 0) -> dict[str, Any]:
    columns = draw(st.lists(st.sampled_from(list(kinds)), min_size=least, max_size=2, unique=True))
    return {column: _test(draw, column, kinds) for column in columns}


SHARES = st.sampled_from([0.9, 0.25, 0.5, 0.975, 0.333])


# --- formulas ---------------------------------------------------------------------------------------------------


def _clock(draw: Draw, kinds: dict[str, str]) -> dict[str, Any]:
    return {"stock": _stock(draw, kinds)} if draw(st.booleans()) else {"period": draw(_moment(kinds))}


def _moment(kinds: dict[str, str]) -> st.SearchStrategy[str]:
    return st.sampled_from(_of_type(kinds, "date", "datetime"))


def _stock(draw: Draw, kinds: dict[str, str]) -> dict[str, str]:
    return {"from": draw(_moment(kinds)), "until": draw(_moment(kinds))}


def _measured(draw: Draw, kinds: dict[str, str], table: Table, unit: str) -> str | None:
    """A numeric column in the unit the indicator needs, if there is one."""
    names = [name for name in _of_type(kinds, "integer", "decimal") if table.unit_of(name) == unit]
    return draw(st.sampled_from(names)) if names else None


def _formula(draw: Draw, tables: dict[str, Table], kinds: dict[str, dict[str, str]]) -> tuple[dict[str, Any], str]:
    """A formula as people write it, and a unit that suits it."""
    name = draw(st.sampled_from(list(tables)))
    own, table = kinds[name], tables[name]
    kind = draw(
        st.sampled_from(["count", "sum", "mean", *RANKED, "ratio", "ratio", "ratio", "stage_means", "disposition"])
    )
    formula: dict[str, Any] = {"kind": kind}
    if draw(st.integers(0, 3)) == 0:
        formula["matures_after"] = draw(st.sampled_from([{"months": 6}, {"days": 30}, {"months": 1, "days": 1}]))
    if kind == "stage_means":
        formula["stages"] = [
            {
                "name": f"环节{n}", "table": one, "period": draw(_moment(kinds[one])),
                "of": draw(st.sampled_from(["n1", "n2"])), "where": _where(draw, kinds[one]),
            }
            for n, one in enumerate(draw(st.lists(st.sampled_from(list(tables)), min_size=1, max_size=3)))
        ]  # fmt: skip
        return formula, "天"
    if kind == "disposition":
        return formula | _long_form(draw, tables, kinds, ("count", "distinct")), "天"
    if kind == "ratio" and draw(st.booleans()):
        forms, unit = draw(st.sampled_from([(("count", "of", "distinct"), "%"), (("count", "distinct"), "件/千人")]))
        return formula | {"may_exceed": True, **_long_form(draw, tables, kinds, forms)}, unit
    formula |= {"table": name, "where": _where(draw, own), **_clock(draw, own)}
    if kind == "count":
        if draw(st.booleans()):
            formula["distinct"] = draw(st.sampled_from(list(own)))
        return formula, draw(st.sampled_from(COUNTED_UNITS))
    if kind == "sum":
        return formula | {"of": _measured(draw, own, table, "元") or "y1"}, draw(st.sampled_from(["万元", "元"]))
    if kind == "quantile":
        formula["quantile"] = draw(SHARES)
    if kind in ("mean", *RANKED):
        money = draw(st.booleans())
        return formula | {
            "of": draw(st.sampled_from(["y1", "y2"] if money else ["n1", "n2"]))
        }, "万元" if money else "天"
    return formula | {"may_exceed": draw(st.booleans()), **_share(draw, own, "stock" in formula)}, "%"


def _share(draw: Draw, kinds: dict[str, str], stock: bool) -> dict[str, Any]:
    form = draw(st.sampled_from(["part", "distinct", "over", "largest", "other_stock"]))
    if form == "over":
        columns = st.sampled_from(_of_type(kinds, "integer", "decimal"))
        return {"of": draw(columns), "over": draw(columns), "numerator": _where(draw, kinds)}
    if form == "largest":
        return {"largest": draw(st.sampled_from(list(kinds)))}
    if form == "other_stock" and stock:
        return {"numerator_stock": _stock(draw, kinds), "numerator": _where(draw, kinds)}
    distinct = {"distinct": draw(st.sampled_from(list(kinds)))} if form == "distinct" else {}
    return {"numerator": _where(draw, kinds, least=1), **distinct}


def _long_form(
    draw: Draw,
    tables: dict[str, Table],
    kinds: dict[str, dict[str, str]],
    forms: tuple[str, ...] = ("count", "of", "distinct"),
) -> dict[str, Any]:
    def half() -> list[dict[str, Any]]:
        terms: list[dict[str, Any]] = []
        for _ in range(draw(st.integers(1, 2))):
            name = draw(st.sampled_from(list(tables)))
            term = {"table": name, "where": _where(draw, kinds[name]), **_clock(draw, kinds[name])}
            term["minus"] = bool(terms) and draw(st.booleans())
            form = draw(st.sampled_from(forms))
            if form == "of":
                term["of"] = draw(st.sampled_from(_of_type(kinds[name], "integer", "decimal")))
            if form == "distinct":
                term["distinct"] = draw(st.sampled_from(list(kinds[name])))
            terms.append(term)
        return terms

    return {"numerator": half(), "denominator": half()}


# --- catalogues and rows ----------------------------------------------------------------------------------------


def _indicator(name: str, partner: str, formula: dict[str, Any], unit: str, used: list[str]) -> Indicator:
    return Indicator.model_validate(
        {
            "id": name, "domain": "d", "name": name, "definition": name, "exclusions": "", "why": "",
            "measures": ["d.1"], "departments": ["civil"], "unit": unit, "direction": "neutral",
            "counterweight": partner, "sources": ["s"], "formula": formula,
            "all_time": not any(word in repr(formula) for word in ("stock", "matures_after")),
            "example": {
                "tables": dict.fromkeys(used, "number"),
                "expect": {"period": "2024-01", "state": "immature"},
            },
        }
    )  # fmt: skip


def _tables_of(formula: dict[str, Any]) -> list[str]:
    terms = [*formula.get("stages", ()), *formula.get("denominator", ())]
    if "denominator" in formula:
        terms += formula["numerator"]
    return sorted({term["table"] for term in terms}) or [formula["table"]]


@st.composite
def worlds(draw: Draw) -> World:
    """A small court: contracts, indicators, rows and data cuts, all of them legal."""
    tables: dict[str, Table] = {}
    kinds: dict[str, dict[str, str]] = {}
    for name in ["alpha", "beta"][: draw(st.integers(1, 2))]:
        tables[name], kinds[name] = _table(draw, name)
    indicators: dict[str, Indicator] = {}
    names = ["first", "second", "third"]
    for place, name in enumerate(names):
        formula, unit = _formula(draw, tables, kinds)
        partner = names[(place + 1) % len(names)]
        indicators[name] = _indicator(name, partner, formula, unit, _tables_of(formula))
    catalog = Catalog(
        court=Court(
            name="法院", short_name="法院", court_codes=("鲁0117",),
            statistics_from=draw(st.sampled_from([None, date(2024, 1, 1)])),
            statistical_months=draw(st.sampled_from(MONTHS)),
        ),
        domains={"d": Domain(id="d", name="领域")},
        departments={office: Department(id=office, name=office) for office in OFFICES},
        measures={
            "d.1": Measure(id="d.1", domain="d", number=1, title="", text="", responsible="", departments=("civil",))
        },
        requirements={}, sources={"s": BibliographicSource(id="s", title="s")}, tables=tables, indicators=indicators,
        digest="", files={},
    )  # fmt: skip
    written = {(Table, name): name for name in tables} | {(Indicator, name): name for name in indicators}
    written |= {(Domain, "d"): "", (Measure, "d.1"): "", (BibliographicSource, "s"): ""}
    written |= {(Department, office): "" for office in OFFICES}
    mistakes = [str(mistake) for mistake in cross_checks(catalog, SeedNames(written))]
    assert mistakes == [], mistakes
    rows = {
        name: draw(st.lists(_rows(), min_size=draw(st.sampled_from([8, 8, 12, 0])), max_size=16)) for name in tables
    }
    as_of = {name: draw(st.sampled_from(CUTS)) for name in tables}
    return World(catalog, list(indicators.values()), rows, as_of)


def _rows() -> st.SearchStrategy[dict[str, Any]]:
    """Rows of the contract: one cell in six is unknown."""
    return st.fixed_dictionaries(
        {name: st.sampled_from([*POOLS[kind] * 5, *[None] * len(POOLS[kind])]) for name, kind in CONTRACT.items()}
    )


# --- tabulations and listings -----------------------------------------------------------------------------------


def _figure(draw: Draw, kinds: dict[str, str], number: int) -> dict[str, Any]:
    kind = draw(st.sampled_from(["count", "count", "sum", "mean", *RANKED, "ratio", "ratio"]))
    figure: dict[str, Any] = {"name": f"图{number}", "kind": kind, "where": _where(draw, kinds)}
    if kind == "count":
        return figure | ({"distinct": draw(st.sampled_from(list(CONTRACT)))} if draw(st.booleans()) else {})
    if kind == "ratio":
        form = draw(st.sampled_from(["part", "distinct", "over"]))
        if form == "over":
            numbers = st.sampled_from(["n1", "n2", "y1", "y2"])
            return figure | {"of": draw(numbers), "over": draw(numbers), "numerator": _where(draw, kinds)}
        distinct = {"distinct": draw(st.sampled_from(list(CONTRACT)))} if form == "distinct" else {}
        return figure | {"numerator": _where(draw, kinds, least=1), **distinct}
    of, unit = draw(st.sampled_from([("n1", "天"), ("n2", "天"), ("y1", "万元"), ("y1", "元")]))
    return figure | {"of": of, "unit": unit, **({"quantile": draw(SHARES)} if kind == "quantile" else {})}


@st.composite
def tabulations(draw: Draw, table: Table) -> Tabulation:
    """A tabulation of a generated table, in any form that can be written."""
    kinds = {name: column.type.name for name, column in table.columns.items()}
    kinds |= {name: "group" if one.group else table.type_of(name).name for name, one in table.derived.items()}
    groups = [name for name in kinds if kinds[name] not in ("decimal", "case_no")]
    clock = _clock(draw, kinds)
    if "stock" in clock and draw(st.integers(0, 2)) == 0:
        clock |= {"balance": ["期初", "收", "结", "期末"]}
    elif "stock" in clock:
        clock["undated"] = draw(st.booleans())
    shown = [] if "balance" in clock else draw(st.lists(st.sampled_from(groups), max_size=2, unique=True))
    figures = [_figure(draw, kinds, number) for number in range(draw(st.integers(1, 3)))]
    if "balance" not in clock and draw(st.booleans()):
        over = draw(st.sampled_from([0, 1, 6]))
        figures[0]["age"] = {"of": draw(_moment(kinds)), "over": over, "upto": over + draw(st.sampled_from([1, 12]))}
    counted = {} if "balance" in clock else {"figures": figures}
    return Tabulation.model_validate(
        {
            "id": "one", "name": "一表", "definition": "", "why": "", "measures": ["d.1"], "sources": ["s"],
            "table": table.id, "where": _where(draw, kinds), **clock, "by": shown, **counted,
            "example": {"as_of": date(2024, 1, 1), "period": "2024-01", "rows": "number", "expect": []},
        }
    )  # fmt: skip


@st.composite
def listings(draw: Draw, table: Table) -> RowListing:
    """A listing of a generated table."""
    kinds = {name: column.type.name for name, column in table.columns.items()}
    clock = draw(st.sampled_from([{}, _clock(draw, kinds)]))
    return RowListing.model_validate(
        {
            "id": "one", "name": "一单", "definition": "", "why": "", "measures": ["d.1"], "sources": ["s"],
            "table": table.id, "where": _where(draw, kinds), **clock, "columns": ["number"],
            "order": draw(st.lists(st.sampled_from(["d1", "t1", "n1", "y1", "k1"]), max_size=2, unique=True)),
            "example": {
                "as_of": date(2024, 1, 1), "rows": "number", "expect": [1], **({"period": "2024-01"} if clock else {}),
            },
        }
    )  # fmt: skip
