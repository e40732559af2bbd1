"""办理破产, the money: 清偿 and 成本 as Σ/Σ with each case's part, administrators without ranking."""

from fractions import Fraction

from scorecard.assessment.number_format import figure_text, value_text
from scorecard.calendar.period import day_text
from scorecard.charts import insolvency as charts
from scorecard.topics import insolvency
from scorecard.topics.insolvency import NEEDED, Sums
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show_template
from scorecard.ui.topics.insolvency import OWN, TABLE, cases_of, sees_numbers
from scorecard.ui.topics.topic import show_figure, slice_for


def money(view: View) -> None:
    """清偿 and 成本 as Σ/Σ with each case's part."""
    slice_ = slice_for(view, NEEDED)
    if slice_ is None:
        return
    cases, named = cases_of(view, slice_), sees_numbers(view)
    for key, title, sums, names in (
        ("recovery", "债权清偿", insolvency.recovery(cases, slice_), ("清偿额", "确认债权额")),
        ("cost", "破产成本", insolvency.costs(cases, slice_), ("破产费用与共益债务", "财产变价总额")),
    ):
        _sums(view, key, title, sums, names, named=named)


def _sums(view: View, key: str, title: str, sums: Sums, names: tuple[str, str], *, named: bool) -> None:
    base = view.catalog.court.minimum_base
    labels = [share.number if named and share.number else f"第{n}件" for n, share in enumerate(sums.shares, 1)]
    enough = len(sums.shares) >= base
    rows = [
        (
            label,
            share.ended_on.isoformat(),
            _yuan(share.top),
            _yuan(share.bottom),
            _part(share.top, sums.top),
            _part(share.bottom, sums.bottom),
        )
        for label, share in zip(labels, sums.shares, strict=True)
    ]
    rate = "—" if sums.rate is None else value_text(sums.rate * 100, "%")
    total = (_yuan(sums.top), _yuan(sums.bottom), rate if enough else f"{len(sums.shares)}件")
    show_template("ui/topics/insolvency_sums.html", title=title, names=names, rows=rows, total=total, unknown=sums.unknown,
                   told=enough, base=base, wider=view.ytd_href("insolvency") if not enough else "")  # fmt: skip
    if sums.shares:
        show_figure(
            view,
            f"insolvency_{key} {named}",
            f"{title}：每件案件的两个数额",
            lambda frame: charts.amounts(frame, sums, labels, names),
            f"{title}，{len(sums.shares)}件：{names[0]}合计{total[0]}，{names[1]}合计{total[1]}。",
            TABLE,
            basis=f"{OWN}；先分别合计、再相除，不是各案比率的平均",
            subtitle=f"{view.selection.period.label}终结　● {names[0]}　○ {names[1]}",
        )


def _yuan(amount: object) -> str:
    return value_text(Fraction(str(amount)) / 10_000, "万元")


def _part(amount: object, total: object) -> str:
    """The case's part of a sum, in percent; none of a sum of nothing."""
    return f"{figure_text(Fraction(str(amount)) / Fraction(str(total)) * 100, '%')}%" if Fraction(str(total)) else "—"


def estates(view: View) -> None:
    """Where the auctions are counted, and administrators in the order of their names, which are not shown."""
    slice_ = slice_for(view, NEEDED)
    if slice_ is None:
        return
    administrators = view.cached(
        "insolvency administrators", lambda: insolvency.administrators(view.version.connection, view.catalog, slice_)
    )
    show_template("ui/topics/insolvency_administrators.html", rows=administrators, day=day_text(slice_.last),
                auctions=view.row_href("insolvency.5"), auctions_of=view.catalog.row_title("insolvency.5"))  # fmt: skip
