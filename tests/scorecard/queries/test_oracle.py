"""Figures that courts published, recomputed from their own numerators and denominators.

Half-up on the exact quotient reproduces nearly all of them; those it does not are misprints, and are caught here by
their difference. The sources, by the keys used below:

S19 (Zhejiang High Court, 2022-01) http://www.wzyake.com/detail-6007.html
S20 (2021-07) https://zzfy.hncourt.gov.cn/public/detail.php?id=27206
S24 (2019-07) http://wqlqfy.e-court.gov.cn/article/detail/2019/08/id/4407201.shtml
S25 (2022-08) https://jyzy.hncourt.gov.cn/public/detail.php?id=2376
S26 https://pdswdfy.hncourt.gov.cn/public/detail.php?id=2173
S30 http://wfbhkfqfy.sdcourt.gov.cn/wfbhjjkfqrmfy/2313748/5227613/6638061/index.html
S32 (2013) http://www.hnmediation.com/zoe/zj/2014-1-7/SuJianDiaoJieYunHangXianZhuangJiJiDuiXianHangDiaoJieZhiDuShiShiDeQiQi.htm
S39 (2022-01) https://hnjysfy.hncourt.gov.cn/public/detail.php?id=2716
S64 (2023-07) http://dichan.nanfei.cn/zixun/2023/0705/12354.html
S85 (2021-08) http://ylqfy.hbfy.gov.cn/DocManage/ViewDoc?docId=5ba01225-4386-4e5f-a5f4-c2155a92fcc9
S94 (2025) https://www.lawyerwh.com/282088.html
S100 (2022) a page of 赛罕区人民法院
S120 (2022-02) https://gsxfy.hncourt.gov.cn/public/detail.php?id=2808
S137 (2023) http://www.jn001.com/paperpc/content/content_127264.html
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from scorecard.assessment.number_format import half_up, value_text
from scorecard.catalog.definitions import Indicator
from scorecard.catalog.formulas import FormulaForm
from tests.support.court import CATALOG, indicator, reading, target, verdict_on
from tests.support.engine import built, values
from tests.support.naive import Key, Row, evaluate

# source, item, numerator, denominator, published in %; every one recomputes at the decimals it was printed with
RIGHT = [
    ("S25", "简易适用率", 525, 548, "95.80"),  # printed 95.8: trailing zeros are dropped in prose
    ("S25", "小额适用率", 220, 548, "40.15"),  # truncation would give 40.14
    ("S25", "调解率 两级", 205, 597, "34.34"),
    ("S25", "一审调解率", 197, 548, "35.95"),
    ("S25", "二审调解率", 8, 49, "16.33"),
    ("S25", "二审结案率", 49, 53, "92.45"),
    ("S39", "网上立案合格率", 11785, 14300, "82.41"),
    ("S39", "网上立案率 中院", 113, 126, "89.68"),
    ("S39", "首执网上立案 中院", 38, 48, "79.17"),
    ("S120", "结案率 全部", 1456, 3881, "37.52"),
    ("S120", "结案率 审判", 1119, 2313, "48.38"),
    ("S120", "结案率 刑事", 78, 139, "56.12"),
    ("S120", "结案率 民事", 1030, 2129, "48.38"),
    ("S120", "结案率 行政", 10, 44, "22.73"),
    ("S120", "受理同比", 2313 - 2296, 2296, "0.74"),
    ("S120", "旧存同比", 670 - 220, 220, "204.55"),
    ("S20", "结案率", 126927, 158571, "80.04"),
    ("S20", "结收比", 126927, 146484, "86.65"),
    ("S26", "十二月结案率", 700, 879, "79.64"),
    ("S26", "十二月民事结案率", 600, 755, "79.47"),
    ("S26", "全年结案率", 6201, 6380, "97.19"),
    ("S26", "全年民事结案率", 5489, 5644, "97.25"),
    ("S24", "结案率", 93, 109, "85.32"),
    ("S24", "服判息诉率", 89, 93, "95.70"),
    ("S24", "发改率", 2, 93, "2.15"),
    ("S85", "结案率", 2837, 4939, "57.44"),
    ("S85", "诉讼结案率", 1779, 2559, "69.52"),
    ("S85", "执行结案率", 1058, 2380, "44.45"),
    ("S85", "有效公开率", 2262, 2299, "98.39"),
    ("S100", "送达成功率", 18659, 22474, "83.02"),
    ("S64", "受理占比", 93, 271, "34.32"),
    ("S64", "审结占比", 234, 656, "35.67"),
    ("S94", "示范判决占比", 23, 1087, "2.12"),
    ("S94", "调撤占比", 985, 1087, "90.62"),
    ("S137", "结案率", 120848, 127220, "94.99"),
]
AT_ONE_DECIMAL = [
    ("S39", "网上立案率 基层", 11782, 14058, "83.8"),
    ("S39", "首执网上立案 基层", 5112, 6129, "83.4"),
    ("S32", "诉前调解成功率", 8270, 16328, "50.6"),
]
# source, item, numerator, denominator, published, what it should have been
WRONG = [
    ("S25", "一审结案率, truncated", 548, 613, "89.39", "89.40"),
    ("S100", "完结占比, truncated", 22474, 24395, "92.12", "92.13"),
    ("S24", "结收比", 140, 152, "92.12", "92.11"),
    ("S64", "审理占比", 361, 1091, "33.06", "33.09"),
    ("S30", "诉前保全占比", 219, 225, "97.34", "97.33"),
    ("S30", "速裁结案率", 247, 250, "96.86", "98.80"),
]


def _percent(numerator: int, denominator: int) -> Fraction:
    """The value of a share as the store makes it: exact, in per cent."""
    of = indicator("ratio", may_exceed=True)
    exact = reading(of, numerator, denominator).exact
    assert exact is not None
    return exact


@pytest.mark.parametrize(("source", "item", "n", "d", "published"), RIGHT)
def test_a_published_rate_is_reproduced_to_two_decimals(source: str, item: str, n: int, d: int, published: str) -> None:
    assert value_text(_percent(n, d), "%") == f"{published}%"


@pytest.mark.parametrize(("source", "item", "n", "d", "published"), AT_ONE_DECIMAL)
def test_a_rate_published_to_one_decimal_is_reproduced(source: str, item: str, n: int, d: int, published: str) -> None:
    assert half_up(_percent(n, d), 1) == published


@pytest.mark.parametrize(("source", "item", "n", "d", "published", "true"), WRONG)
def test_a_misprinted_rate_differs_from_its_own_halves(
    source: str, item: str, n: int, d: int, published: str, true: str
) -> None:
    assert half_up(_percent(n, d), 2) == true != published


def test_truncation_would_not_reproduce_what_half_up_does() -> None:
    """The choice of rounding is not a matter of taste: of the right ones, truncation misses more than a third."""
    missed = [
        item for _, item, n, d, published in RIGHT if int(Fraction(n * 10_000, d)) != int(Decimal(published) * 100)
    ]
    assert len(missed) > len(RIGHT) / 3
    assert "小额适用率" in missed


def test_a_share_above_one_hundred_percent_gets_no_verdict() -> None:
    """电子送达率 368.33 % [S30], most likely deliveries ÷ cases: 221 ÷ 60 is the smallest pair that prints so."""
    of = indicator("ratio", "higher")
    given = reading(of, 221, 60)
    assert value_text(given.exact, "%") == "368.33%"
    assert verdict_on(of, given, target("下限", "90")).word == "数据待核"


def test_a_half_is_rounded_as_the_official_threshold_was() -> None:
    """Zhejiang's 小额 threshold: half of 108,645 is 54,322.5, published 54,323 [S19]."""
    assert half_up(Fraction(108_645, 2)) == "54,323"


# --- identities -------------------------------------------------------------------------------------------------

# A district court's bulletin for January and February (S120): carried over, new, closed, 结案率.
BULLETIN = {
    "criminal": (47, 92, 78, "56.12%"),
    "civil": (602, 1527, 1030, "48.38%"),
    "administrative": (21, 23, 10, "22.73%"),
}
ALL_TRIALS = (670, 1643, 1119, "48.38%")


def _bulletin_rows() -> list[Row]:
    """One row a case. New and closed of the parts each miss one of the whole: a case of no named kind."""
    rows: list[Row] = []
    rest = (0, 1, 1)
    for department, (carried, new, closed) in {
        **{name: part[:3] for name, part in BULLETIN.items()},
        None: rest,
    }.items():
        filed = [date(2025, 12, 10)] * carried + [date(2026, 1, 20)] * new
        for number, day in enumerate(filed):
            closed_on = date(2026, 2, 10) if number < closed else None
            case_no = f"（{day.year}）鲁0117民初{len(rows) + 1}号"
            rows.append({"case_no": case_no, "filed_on": day, "closed_on": closed_on, "department": department})
    return rows


def _closing_rate() -> Indicator:
    """结案率 = closed ÷ (carried over + new): what was to be dealt with is what was closed and what is still there."""
    closed = {"table": "cases", "period": "closed_on"}
    pending = {"table": "cases", "stock": {"from": "filed_on", "until": "closed_on"}}
    form = {"kind": "ratio", "numerator": [closed], "denominator": [closed, pending]}
    return indicator("ratio").model_copy(update={"formula": FormulaForm.model_validate(form).formula()})


@pytest.mark.parametrize("engine", ["duckdb", "plain"])
def test_the_bulletin_of_a_district_court_comes_out_of_its_cases(engine: str) -> None:
    """旧存 + 新收 = 受理 in the whole and in every part, and the published rates of both months together."""
    found = _on(engine, _closing_rate())
    for department, (carried, new, closed, published) in {**BULLETIN, "all": ALL_TRIALS}.items():
        numerator, denominator = found["ytd", "2026-02", department, "all"]
        assert (numerator, denominator) == (closed, carried + new), department
        assert value_text(numerator / denominator * 100, "%") == published, department


@pytest.mark.parametrize("engine", ["duckdb", "plain"])
def test_a_case_of_no_department_counts_for_the_whole_court_and_for_no_department(engine: str) -> None:
    """差1: the departments of the bulletin add up to one case less than the court, in new and in closed."""
    found = _on(engine, _closing_rate())
    parts = [found["ytd", "2026-02", department, "all"] for department in BULLETIN]
    whole = found["ytd", "2026-02", "all", "all"]
    closed, accepted = (sum(halves, Fraction(0)) for halves in zip(*parts, strict=True))
    assert (whole[0] - closed, whole[1] - accepted) == (1, 1)
    assert {department for _, _, department, _ in found} == {"all", *BULLETIN}


def _on(engine: str, of: Indicator) -> dict[Key, tuple[Fraction, Fraction]]:
    """Closed, and closed with pending, of every period and department."""
    rows, as_of = {"cases": _bulletin_rows()}, {"cases": date(2026, 2, 28)}
    if engine == "plain":
        found = evaluate(CATALOG, of, rows, as_of)
    else:
        with built(CATALOG, [of], rows, as_of) as connection:
            found = {key: value for key, (value, _) in values(connection, of).items()}
    return {key: (Fraction(value.numerator or 0), Fraction(value.denominator or 0)) for key, value in found.items()}


@pytest.mark.parametrize(
    ("year", "incoming", "resolved", "pending", "clearance", "disposition"),
    [
        (2022, 557_759, 610_476, 413_953, "109.45", "248"),
        (2021, 593_464, 539_125, 456_489, "90.84", "309"),
        (2020, 505_473, 476_446, 400_277, "94.26", "307"),
    ],
)
def test_clearance_and_disposition_time_of_croatia_are_reproduced(
    year: int, incoming: int, resolved: int, pending: int, clearance: str, disposition: str
) -> None:
    """CEPEJ: clearance = resolved ÷ incoming, disposition time = pending ÷ resolved × 365 days."""
    assert half_up(_percent(resolved, incoming), 2) == clearance
    assert half_up(Fraction(pending * 365, resolved)) == disposition
