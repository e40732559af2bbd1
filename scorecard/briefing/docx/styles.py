"""How a Word paper looks: faces, styles and page of an official document (GB/T 9704-2012), as the parts of a package.

Sizes in points: 2号 22, 3号 16, 4号 14, 五号 10.5, 小五 9. The faces are named as the standard asks; who does not have
them is led to others by the font table. Text is black ("auto"); the other colours are the theme's.
"""

from dataclasses import dataclass
from typing import Literal

from scorecard.briefing.docx.xml import Element, w
from scorecard.briefing.layout.text_width import POINTS
from scorecard.briefing.layout.type_area import TWIPS, WIDTH
from scorecard.charts.theme import MASTHEAD, palette

BODY, CELL, SMALL = 16.0, 10.5, 9.0  # 3号, 五号, 小五
ROOM = WIDTH / TWIPS / POINTS  # the same in inches
LINE = 579  # 22 of them are 225 mm
# 28 characters of 16 pt are 156 mm when each stands ¼ pt closer. The character grid could say so too (charSpace), but
# LibreOffice then gives every character two cells of it.
CLOSER = -5


@dataclass(frozen=True)
class Face:
    """A Chinese face by the name the standard gives it, and what to take where it is not installed."""

    name: str
    others: tuple[str, ...]
    family: Literal["roman", "swiss"]


_SERIF = ("Noto Serif SC", "Noto Serif CJK SC", "Source Han Serif SC")
_SANS = ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC")
FANG = Face("仿宋_GB2312", ("仿宋", "FangSong", "华文仿宋", "STFangsong", *_SERIF), "roman")
KAI = Face("楷体_GB2312", ("楷体", "KaiTi", "华文楷体", "STKaiti", *_SERIF), "roman")
TITLE = Face(
    "方正小标宋简体", ("方正小标宋_GBK", "华文中宋", "STZhongsong", "宋体", "SimSun", *_SERIF), "roman"
)
HEI = Face("黑体", ("SimHei", "华文黑体", "STHeiti", *_SANS), "swiss")
SONG = Face("宋体", ("SimSun", "华文宋体", "STSong", *_SERIF), "roman")
FACES = (FANG, KAI, TITLE, HEI, SONG)
LATIN = "Times New Roman"


@dataclass(frozen=True)
class ParagraphStyle:
    """A paragraph style. `line` is exact, in points, None as high as it must be; `indent` in characters of
    the first line, `aside` twips from either edge, `hanging` twips of all lines but the first; `level` is the outline
    level that the navigation pane shows; `rules` are borders as (side, width in ⅛ pt, colour).
    """

    id: str
    name: str
    face: Face = FANG
    size: float = BODY
    line: float | None = LINE / TWIPS
    align: Literal["both", "left", "center", "right"] = "both"
    indent: int = 0
    before: float = 0
    after: float = 0
    level: int | None = None
    keep: bool = False
    colour: str = ""
    rules: tuple[tuple[str, int, str], ...] = ()
    aside: int = 0
    hanging: int = 0
    tab: bool = False
    page: bool = False
    latin: str = LATIN


def colour(value: str) -> str:
    """A colour of the theme as Word writes it."""
    return value.removeprefix("#")


_RULED = (("top", 6, ""), ("bottom", 6, ""))


def _styles() -> tuple[ParagraphStyle, ...]:
    grey = palette().grey
    box = tuple((side, 6, "") for side in ("top", "left", "bottom", "right"))
    return (
        ParagraphStyle("Normal", "Normal"),
        ParagraphStyle("BodyText", "Body Text", indent=2),
        ParagraphStyle("Title", "Title", TITLE, 22, 34, "center", before=20, after=4),
        ParagraphStyle("Subtitle", "Subtitle", KAI, align="center", after=8),
        ParagraphStyle("Heading1", "heading 1", HEI, align="left", indent=2, level=0, keep=True),
        ParagraphStyle("Heading2", "heading 2", KAI, align="left", indent=2, level=1, keep=True),
        ParagraphStyle("Caption", "caption", HEI, 12, 20, "center", before=6, after=3, keep=True),
        ParagraphStyle("Header", "header", HEI, 10.5, 14, "right"),
        ParagraphStyle("Footer", "footer", SONG, 14, 18, "right", latin=SONG.name),
        ParagraphStyle("FooterNote", "页脚来源", FANG, 9, 12, "left", colour=grey),
        ParagraphStyle("Masthead", "版头名称", TITLE, 48, 62, "center", before=14, colour=MASTHEAD),
        ParagraphStyle("MastheadIssue", "版头期号", align="center", before=4),
        ParagraphStyle("MastheadLine", "版头署名", align="left", rules=(("bottom", 18, MASTHEAD),), tab=True),
        ParagraphStyle("Sample", "示例数据", HEI, 12, 18, "center", before=10, rules=box, aside=2000),
        ParagraphStyle("EditorsNote", "编者按", KAI, indent=2, rules=_RULED),
        ParagraphStyle("TableText", "表格文字", FANG, CELL, None, "left", before=1.5, after=1.5),
        ParagraphStyle("TableHead", "表头", HEI, CELL, None, "left", before=2, after=2, keep=True),
        ParagraphStyle("DenseText", "密表文字", FANG, SMALL, None, "left", before=1.5, after=1.5),
        ParagraphStyle("DenseHead", "密表表头", HEI, SMALL, None, "left", before=2, after=2, keep=True),
        ParagraphStyle("TableNote", "表注", FANG, 9, 12, "left", before=2, after=6, colour=grey),
        ParagraphStyle("Figure", "图", FANG, CELL, None, "center", before=5, keep=True),
        ParagraphStyle("FigureCaption", "图题", HEI, 12, 18, "center", after=6),
        ParagraphStyle("AnnexMark", "附件序号", HEI, align="left", keep=True, page=True),
        ParagraphStyle("AnnexTitle", "附件标题", TITLE, 22, 34, "center", after=10, level=0, keep=True),
        ParagraphStyle("AnnexHeading", "附件小标题", HEI, 12, 20, "left", before=8, level=1, keep=True),
        ParagraphStyle("AnnexText", "附件文字", FANG, 10.5, 16.5, "left", hanging=1260),
        ParagraphStyle("Record", "校验信息", FANG, 9, 14, "left", after=1),
        ParagraphStyle("ColophonHead", "版记首行", FANG, 14, 26, "left", before=24, keep=True, rules=_RULED),
        ParagraphStyle("Colophon", "版记末行", FANG, 14, 26, "left", tab=True, rules=_RULED),
    )


def styles() -> Element:
    """The styles part: the defaults, then every style; the standard's body text is the first of them."""
    defaults = w(
        "docDefaults",
        w(
            "rPrDefault",
            w("rPr", _fonts(FANG, LATIN), *sizes(BODY), w("lang", val="en-US", eastAsia="zh-CN")),
        ),
        w("pPrDefault"),
    )
    table = w(
        "style",
        w("name", val="Normal Table"),
        w("uiPriority", val=99),
        w("semiHidden"),
        w("unhideWhenUsed"),
        w("tblPr", w("tblInd", w=0, type="dxa"), _margins()),
        type="table",
        default=1,
        styleId="TableNormal",
    )
    return w("styles", defaults, *(_style(one) for one in _styles()), table)


def _margins() -> Element:
    sides = [w(side, w=width, type="dxa") for side, width in (("left", 60), ("right", 60))]
    return w("tblCellMar", *sides)


def _fonts(face: Face, latin: str) -> Element:
    return w("rFonts", ascii=latin, hAnsi=latin, eastAsia=face.name, cs=latin, hint="eastAsia")


def _style(one: ParagraphStyle) -> Element:
    normal = one.id == "Normal"
    return w(
        "style",
        w("name", val=one.name),
        None if normal else w("basedOn", val="Normal"),
        w("qFormat"),
        _paragraph_properties(one),
        _run_properties(one),
        type="paragraph",
        styleId=one.id,
        **({"default": 1} if normal else {}),
    )


def _paragraph_properties(one: ParagraphStyle) -> Element:
    """In the order the schema wants them."""
    body = one.line == LINE / TWIPS
    spacing = {"before": int(one.before * TWIPS), "after": int(one.after * TWIPS)}
    spacing |= {"line": 240} if one.line is None else {"line": int(one.line * TWIPS)}
    rule = "auto" if one.line is None else "exact"
    return w(
        "pPr",
        w("keepNext") if one.keep else None,
        w("keepLines") if one.keep else None,
        w("pageBreakBefore") if one.page else None,
        w("widowControl", val=0 if body else 1),
        _rules(one) if one.rules else None,
        w("tabs", w("tab", val="right", pos=WIDTH)) if one.tab else None,
        None if body else w("snapToGrid", val=0),
        w("spacing", **spacing, lineRule=rule),
        _indents(one),
        w("jc", val=one.align),
        w("outlineLvl", val=one.level) if one.level is not None else None,
    )


def _indents(one: ParagraphStyle) -> Element:
    if one.hanging:
        return w("ind", left=one.hanging, hanging=one.hanging)
    first = {"firstLineChars": one.indent * 100, "firstLine": int(one.indent * WIDTH / 28)}
    return w("ind", left=one.aside, right=one.aside, **first)


def _rules(one: ParagraphStyle) -> Element:
    order = ("top", "left", "bottom", "right")
    given = {side: (width, shade) for side, width, shade in one.rules}
    return w(
        "pBdr",
        *(
            w(side, val="single", sz=given[side][0], space=4, color=colour(given[side][1]) or "auto")
            for side in order
            if side in given
        ),
    )


def _run_properties(one: ParagraphStyle) -> Element:
    return w(
        "rPr",
        _fonts(one.face, one.latin),
        w("color", val=colour(one.colour)) if one.colour else None,
        w("spacing", val=CLOSER) if one.size == BODY else None,
        *sizes(one.size),
    )


def sizes(points: float) -> tuple[Element, Element]:
    """In half points, for both scripts."""
    return w("sz", val=int(points * 2)), w("szCs", val=int(points * 2))


def fonts() -> Element:
    """The font table: for each face the other names it goes by and what stands in for it."""
    chinese = [
        w(
            "font",
            w("altName", val=",".join(one.others)),
            w("charset", val=86),
            w("family", val=one.family),
            w("pitch", val="default"),
            name=one.name,
        )
        for one in FACES
    ]
    latin = w(
        "font",
        w("charset", val="00"),
        w("family", val="roman"),
        w("pitch", val="variable"),
        name=LATIN,
    )
    return w("fonts", *chinese, latin)


def settings() -> Element:
    """The settings part: odd and even pages differ, and Word of today opens it without its mode for older files."""
    mode = w(
        "compatSetting", name="compatibilityMode", uri="http://schemas.microsoft.com/office/word", val=15
    )
    return w(
        "settings",
        w("zoom", percent=100),
        w("defaultTabStop", val=420),
        w("evenAndOddHeaders"),
        w("characterSpacingControl", val="compressPunctuation"),
        w("compat", w("useFELayout"), mode),
        w("themeFontLang", val="en-US", eastAsia="zh-CN"),
        w("decimalSymbol", val="."),
        w("listSeparator", val=","),
    )
