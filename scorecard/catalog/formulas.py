"""The formula of an indicator: the forms people write, parsed into one canonical shape.

Canonical: parts, each a numerator and a denominator made of signed terms. Everything downstream knows only that
shape, never the short forms.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, TypeAdapter

from scorecard.catalog.columns import DAYS
from scorecard.catalog.conditions import Conditions, Frozen, Interval, Test, as_tuple, mistake, read_conditions
from scorecard.catalog.contracts import Stock

Ranking = Literal["median", "quantile", "maximum", "minimum"]
FormulaKind = Literal["count", "sum", "mean", Ranking, "ratio", "stage_means", "disposition"]
Aggregate = Literal["count", "sum", "distinct", "largest", Ranking]
RANKED: tuple[FormulaKind, ...] = get_args(Ranking)  # one value among those of the rows, in their order


class Term(Frozen):
    """An aggregate over the rows of one table: a flow by `period` or a stock on the last day of a period.

    `measured` are columns that the formula takes known rows of only: its `where` says so, and `candidates` forgets it.
    A quantile is the smallest value that at least `per_mille` of the known values do not exceed: a day that occurred.
    """

    table: str
    aggregate: Aggregate = "count"
    column: str | None = None
    per_mille: int = 0
    period: Annotated[str | None, DAYS] = None
    stock: Stock | None = None
    where: tuple[Test, ...] = ()
    minus: bool = False
    measured: tuple[str, ...] = ()

    @property
    def clock(self) -> str:
        """The date column that places a row in time."""
        return self.stock.start if self.stock is not None else str(self.period)

    @property
    def clocks(self) -> tuple[str, ...]:
        """Every date column that decides in which periods a row counts."""
        return (str(self.period),) if self.stock is None else (self.stock.start, self.stock.until)

    @property
    def columns(self) -> frozenset[str]:
        tested = (column for test in self.where for column in test.columns)
        return frozenset(column for column in (self.column, *self.clocks, *tested) if column)

    @property
    def amounts(self) -> tuple[str, ...]:
        """The columns whose contents are added up, compared or told apart; empty for a count of rows."""
        return () if self.column is None else self.measured or (self.column,)

    @property
    def candidates(self) -> "Term":
        """A count of the rows that the term is about, whether their amounts are known or not."""
        taken = [Test(column=column, operator="known", value=True) for column in self.measured]
        return _rows_of(self, tuple(test for test in self.where if test not in taken))

    @property
    def known(self) -> "Term":
        """A count of those of the candidates whose amounts are known."""
        wanted = (Test(column=column, operator="known", value=True) for column in self.amounts)
        return _rows_of(self, tuple(dict.fromkeys((*self.where, *wanted))))


def _rows_of(term: Term, where: tuple[Test, ...]) -> Term:
    plain = {"aggregate": "count", "column": None, "per_mille": 0, "minus": False, "measured": ()}
    return term.model_copy(update={**plain, "where": where})


class FormulaPart(Frozen):
    """Numerator over denominator (none: the numerator itself), and the rows the value rests on."""

    name: str = ""
    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...] = ()
    base: tuple[Term, ...]


class Formula(Frozen):
    """The canonical formula: the value is the sum over parts of numerator ÷ denominator, in the indicator's unit.

    A disposition time is numerator ÷ denominator × the days of the period: cases pending at its end by those resolved a day.
    """

    kind: FormulaKind
    parts: tuple[FormulaPart, ...]
    matures_after: Interval | None = None
    share: bool = False

    @property
    def terms(self) -> tuple[Term, ...]:
        return tuple(
            term for part in self.parts for half in (part.numerator, part.denominator, part.base) for term in half
        )

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(term.table for term in self.terms))


class TermForm(Frozen):
    """A term as people write it in the long form."""

    table: str
    period: str | None = None
    stock: Stock | None = None
    where: Conditions = ()
    of: str | None = None
    distinct: str | None = None
    minus: bool = False

    def term(self) -> Term:
        if (self.period is None) == (self.stock is None):
            raise mistake("period 与 stock 须恰好写一个", 'period = "日期列" 或 stock = { from = …, until = … }')
        if self.of and self.distinct:
            raise mistake("of 与 distinct 同时出现", "一项只写其中一个")
        aggregate: Aggregate = "sum" if self.of else "distinct" if self.distinct else "count"
        same = {name: getattr(self, name) for name in ("table", "period", "stock", "where", "minus")}
        return Term(aggregate=aggregate, column=self.of or self.distinct, **same)


_TERMS = TypeAdapter(tuple[TermForm, ...])


class StageForm(Frozen):
    """One stage of a sum of stage means."""

    name: str
    table: str
    period: str
    of: str
    where: Conditions = ()


def _terms_or_conditions(value: Any) -> Any:
    """A list holds terms, a table conditions: told apart here, so that a mistake in one is not read as the other."""
    return _TERMS.validate_python(tuple(value)) if isinstance(value, list) else read_conditions(value)


class FormulaForm(Frozen):
    """A formula as people write it; `formula()` gives the canonical one."""

    kind: FormulaKind
    table: str | None = None
    period: str | None = None
    stock: Stock | None = None
    where: Conditions = ()
    numerator: Annotated[tuple[Test, ...] | tuple[TermForm, ...], BeforeValidator(_terms_or_conditions)] = ()
    denominator: Annotated[tuple[TermForm, ...], BeforeValidator(as_tuple)] = ()
    numerator_stock: Stock | None = None
    of: str | None = None
    over: str | None = None
    distinct: str | None = None
    largest: str | None = None
    quantile: float | None = None
    stages: Annotated[tuple[StageForm, ...], BeforeValidator(as_tuple)] = ()
    matures_after: Interval | None = None
    may_exceed: bool = False

    def formula(self) -> Formula:
        """The canonical formula; a key that has no meaning for this kind is a mistake."""
        share = self.kind == "ratio" and not self.may_exceed
        return Formula(kind=self.kind, parts=self._parts(), matures_after=self.matures_after, share=share)

    def _parts(self) -> tuple[FormulaPart, ...]:
        if self.kind == "stage_means":
            self._only("stages")
            if not self.stages:
                raise mistake("没有 stages", "至少一个环节")
            return tuple(_stage(stage) for stage in self.stages)
        if self.denominator:
            self._only("numerator", "denominator")
            forms = self.numerator if self.numerator and isinstance(self.numerator[0], TermForm) else ()
            numerator = tuple(form.term() for form in forms if isinstance(form, TermForm))
            denominator = tuple(form.term() for form in self.denominator)
            if self.kind not in ("ratio", "disposition") or not numerator:
                raise mistake("denominator 是列表", 'kind = "ratio" 或 "disposition"，且 numerator 也是项的列表')
            # A sum of money rests on its rows; counts and distinct counts rest on themselves.
            rows = {"aggregate": "count", "column": None, "measured": ()}
            base = tuple(term.model_copy(update=rows if term.aggregate == "sum" else {}) for term in denominator)
            return (FormulaPart(numerator=numerator, denominator=denominator, base=base),)
        if self.kind == "disposition":
            raise mistake("disposition 没有 denominator", "numerator 是未结的项，denominator 是审结的项，都是列表")
        return (self._single_table_part(),)

    def _single_table_part(self) -> FormulaPart:
        if self.table is None:
            raise mistake("没有 table", "数据表的名字")
        rows = TermForm(table=self.table, period=self.period, stock=self.stock, where=self.where).term()
        match self.kind:
            case "count":
                self._only("distinct")
                counted = _valued(rows, "distinct", self.distinct) if self.distinct else rows
                return FormulaPart(numerator=(counted,), base=(counted,))
            case "sum":
                self._only("of")
                return FormulaPart(numerator=(_valued(rows, "sum", self._of()),), base=(_known(rows, self._of()),))
            case "median" | "quantile" | "maximum" | "minimum":
                self._only("of", *(["quantile"] if self.kind == "quantile" else []))
                known = _known(rows, self._of())
                ranked = _valued(known, self.kind, self._of())
                if self.kind == "quantile":
                    ranked = ranked.model_copy(update={"per_mille": self._per_mille()})
                return FormulaPart(numerator=(ranked,), base=(known,))
            case "mean":
                self._only("of")
                known = _known(rows, self._of())
                return FormulaPart(numerator=(_valued(known, "sum", self._of()),), denominator=(known,), base=(known,))
            case _:
                return self._ratio(rows)

    def _ratio(self, rows: Term) -> FormulaPart:
        further = tuple(test for test in self.numerator if isinstance(test, Test))
        if self.over is not None:
            self._only("of", "over", "numerator")
            both = _known(_known(rows, self._of()), self.over)
            top = both.model_copy(update={"where": both.where + further})
            above, below = _valued(top, "sum", self._of()), _valued(both, "sum", self.over)
            return FormulaPart(numerator=(above,), denominator=(below,), base=(both,))
        if self.largest is not None:
            self._only("largest")
            known = _known(rows, self.largest)
            above = _valued(known, "largest", self.largest)
            return FormulaPart(numerator=(above,), denominator=(known,), base=(known,))
        self._only("numerator", "numerator_stock", "distinct")
        if self.numerator_stock is not None and self.stock is None:
            raise mistake("写了 numerator_stock 而没有 stock", "stock = { from = …, until = … }")
        if not further and self.numerator_stock is None:
            raise mistake("比率没有 numerator", "在 where 之上再加的条件")
        top = rows.model_copy(update={"where": rows.where + further})
        if self.numerator_stock is not None:
            top = top.model_copy(update={"stock": self.numerator_stock})
        if self.distinct:
            top, rows = _valued(top, "distinct", self.distinct), _valued(rows, "distinct", self.distinct)
        return FormulaPart(numerator=(top,), denominator=(rows,), base=(rows,))

    def _per_mille(self) -> int:
        share = round((self.quantile or 0) * 1000)
        if not 0 < share < 1000 or abs(share - (self.quantile or 0) * 1000) > 1e-6:
            raise mistake(f"quantile = {self.quantile}", "0 至 1 之间、至多三位小数的数，如 0.9")
        return share

    def _of(self) -> str:
        if self.of is None:
            raise mistake("没有 of", "要合计或取平均的列")
        return self.of

    def _only(self, *allowed: str) -> None:
        """Refuse keys that mean nothing for this kind, instead of ignoring them."""
        single = () if self.kind == "stage_means" or self.denominator else ("table", "period", "stock", "where")
        known = {"kind", "matures_after", *single, *allowed}
        known |= {"may_exceed"} if self.kind == "ratio" else set()
        idle = sorted(self.model_fields_set - known)
        if idle:
            raise mistake(f"kind = “{self.kind}” 用不到的键：{'、'.join(idle)}", "、".join(sorted(known)))


def _valued(term: Term, aggregate: Aggregate, column: str) -> Term:
    return term.model_copy(update={"aggregate": aggregate, "column": column})


def _known(term: Term, column: str) -> Term:
    known = Test(column=column, operator="known", value=True)
    return term.model_copy(update={"where": (*term.where, known), "measured": (*term.measured, column)})


def _stage(stage: StageForm) -> FormulaPart:
    rows = _known(Term(table=stage.table, period=stage.period, where=stage.where), stage.of)
    return FormulaPart(name=stage.name, numerator=(_valued(rows, "sum", stage.of),), denominator=(rows,), base=(rows,))


def to_formula(value: Any) -> Any:
    """The canonical formula of a `[formula]` table."""
    return FormulaForm.model_validate(value).formula() if isinstance(value, dict) else value
