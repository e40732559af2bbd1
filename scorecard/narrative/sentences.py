"""One indicator in official sentences, as a caption or a copied text has it, made of its card and of nothing else.

The tables below hold every turn of phrase. Counts change by %, rates by 个百分点; what may not be judged is named, and
no rate is written on a base that carries none.
"""

import re

from scorecard.assessment.cards import Card
from scorecard.assessment.comparison import beyond, counted_in
from scorecard.assessment.number_format import prose
from scorecard.assessment.verdict import VerdictWord
from scorecard.narrative.control_words import joint_sentence, variation_sentence
from scorecard.narrative.shortfall import distance, missed_since, shortfall

# The first clause, by what may be said of the value.
_LEADS: dict[VerdictWord, str] = {
    "达标": "{period}，{name}为{value}{halves}",
    "未达标": "{period}，{name}为{value}{halves}",
    "仅监测": "{period}，{name}为{value}{halves}",
    "观察期未满": "{period}，{name}暂为{value}{halves}，观察期未满，仅供参考",
    "在途": "{period}，{name}暂为{value}{halves}，报告期未结束，仅供参考",
    "样本不足": "{period}，{name}基数小{halves}，不计比率",
    "数据待核": "{period}，{name}数据待核，不作评价：{reason}",
    "无数据": "{period}，{name}无数据：{reason}",
    "不区分涉企": "{name}不区分涉企，没有涉企的数值",
}
# The first clause where the value may still move and its base carries no rate yet.
_WITHHELD: dict[VerdictWord, str] = {
    "观察期未满": "{period}，{name}观察期未满，只列数{halves}，不计比率",
    "在途": "{period}，{name}报告期未结束，只列数{halves}，不计比率",
}
# The clause against the target; words without one are not measured against it.
_TARGETS: dict[VerdictWord, str] = {
    "达标": "目标{target}，达标",
    "未达标": "目标{target}，未达标",
    "仅监测": "目标{target}",
}
_COMPARED: tuple[VerdictWord, ...] = ("达标", "未达标", "仅监测")
# Numerator and denominator in words, by how a value is computed.
_PART, _RATIO, _MEAN, _DISPOSED = (
    "{bottom}中{top}",
    "{top}与{bottom}之比",
    "{bottom}共{top}",
    "期末存{top}件，期内结{bottom}件",
)


def of_indicator(card: Card) -> str:
    """Value and halves, 同比 and 环比, target and distance, 变异; then what others published of it."""
    word = card.verdict.word
    if card.hidden:
        return f"{card.period}，{card.indicator.name}{card.hidden}。"
    short, rest = shortfall(card), beyond(card.indicator, card.judged.reading)
    rest = "" if rest.removeprefix("其余") in short else rest
    halves = "，".join(filter(None, (_halves(card), rest, card.interval)))
    lead = _LEADS[word] if card.unit else _WITHHELD.get(word, _LEADS[word])
    clauses = [
        lead.format(
            period=card.period,
            name=card.indicator.name,
            value=card.value,
            halves=f"（{halves}）" if halves else "",
            reason=card.verdict.reason,
        )
    ]
    clauses.append(card.formerly)
    if word in _COMPARED:
        clauses += [change.text for change in card.changes]
    if word in _TARGETS and card.judged.goal is not None:
        clauses += [_TARGETS[word].format(target=card.target), short, missed_since(card)]
        clauses += [card.pace or distance(card)] if word == "达标" else []
        clauses.append(card.ahead.text if card.ahead else "")
    clauses.append(card.so_far)
    sentence = "，".join(clause for clause in clauses if clause)
    if word in _COMPARED and card.control is not None and card.control.variation is not None:
        sentence = "；".join(filter(None, (sentence, variation_sentence(card.control), joint_sentence(card))))
    return "".join(f"{said}。" for said in (prose(sentence), *card.official))


def _halves(card: Card) -> str:
    """What a value is made of without a sign of arithmetic: "1,425件中663件", "98件共12,345天"."""
    formula, (made_of, *unfilled) = card.indicator.formula, card.halves.split("，", 1)
    if " + " in made_of:
        made_of = re.sub("([^ ]+) ", r"\1", made_of.replace(" + ", "，"))
    elif " / " in made_of:
        top, bottom = made_of.split(" / ")
        bottom, _, days = bottom.partition(" × ")
        piece = "" if top[-1:] == "个" else counted_in(card.indicator)
        form = _DISPOSED if days else _MEAN if formula.kind == "mean" else _PART if formula.share else _RATIO
        made_of = "，".join(filter(None, (form.format(top=top + piece, bottom=bottom + piece), days)))
    elif made_of.startswith(f"{card.value}（"):
        made_of = made_of.removeprefix(f"{card.value}（").removesuffix("）")
    return "，".join(filter(None, (made_of, *unfilled)))
