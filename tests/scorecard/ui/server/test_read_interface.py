"""/api/v1 of the real app, in this process: the pages' digits, no other way in, refusals in Chinese, every call in the audit."""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import pytest

from scorecard.api import tokens
from scorecard.assessment.cards import Card, card
from scorecard.audit import log as audit
from scorecard.calendar.period import GRAINS, Grain
from scorecard.errors import StorageError
from scorecard.identity.accounts import read
from scorecard.identity.authentication import COOKIE
from scorecard.storage import checksums
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import unescape_cell
from scorecard.store.open_version import Selection, for_visitors, judged_on, open_published
from scorecard.ui.shell import cached
from tests.scorecard.api.client import InterfaceClient, interface
from tests.support.actors import ADMINISTRATOR, account
from tests.support.samples import copied

PLACES = ("indicators", "values", "versions", "openapi.json")


@pytest.fixture(scope="module")
def client(sample: DataDir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InterfaceClient]:
    data = copied(sample, tmp_path_factory.mktemp("interface") / "data")
    with pytest.MonkeyPatch.context() as monkeypatch, interface(data, monkeypatch) as made:
        yield made


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem of a refusal, in its four parts."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["status"] == status
    assert told["title"] and told["place"] and told["value"] and told["expectation"]
    assert all("一" <= told[part][0] <= "鿿" for part in ("title", "detail"))
    return told


# --- the digits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grain", "department", "scope"),
    [("month", "all", "all"), ("month", "all", "firm"), ("ytd", "all", "all"), ("quarter", "civil", "all"), ("year", "civil", "firm")],
)  # fmt: skip
def test_every_value_says_what_its_card_says(
    grain: Grain, department: str, scope: str, client: InterfaceClient
) -> None:
    version = open_published(client.data)
    periods = cached.periods(version, grain)[:9:4]
    answered = {
        (one["indicator"], one["period"]): one
        for one in client.everything("values", grain=grain, department=department, scope=scope)
    }
    assert len(answered) == len(version.catalog.indicators) * len(cached.periods(version, grain))
    for period in periods:
        inputs = cached.card_inputs(version, Selection(period, department, scope))
        for indicator in version.catalog.indicators.values():
            agree(answered[indicator.id, period.key], card(inputs, indicator, period).as_asked)


def agree(value: dict[str, Any], shown: Card, *, public: bool = False) -> None:
    """The value carries the figure, verdict, halves and target of the card of its very period, or no number at all."""
    assert (value["verdict"], value["reason"]) == (shown.verdict.word, shown.verdict.reason)
    assert (value["target"] or {"text": "未设目标"})["text"] == shown.target
    reading = shown.judged.reading
    if shown.verdict.word == "数据待核":
        numbers = ("value", "numerator", "denominator", "base", "unknown")
        assert [value[name] for name in numbers] == [None] * len(numbers)
        assert (value["text"], value["halves"]) == ("—", "")
        return
    assert (value["text"], value["halves"]) == (shown.value, shown.halves)
    if shown.judged.exact is None:
        assert value["value"] is None
    else:
        assert value["value"] + shown.unit == shown.value.replace(",", "")
    if (
        reading and value["denominator"] and shown.judged.exact is not None
    ):  # the digits follow from the halves beside them
        up, down = shown.indicator.scale
        exact = Fraction(str(value["numerator"])) / Fraction(str(value["denominator"])) * up / down
        if shown.indicator.formula.kind == "disposition":
            days = (reading.period.last - reading.period.first).days + 1
            assert value["halves"].endswith(f" × {days}天")
            exact *= days
        assert abs(exact - Fraction(str(value["value"]))) <= Fraction(1, 200), value
    if reading and not public:
        assert (value["base"], value["unknown"], value["state"]) == (reading.base, reading.unknown, reading.state)


def test_a_small_base_gives_a_count_and_neither_rate_nor_verdict(client: InterfaceClient) -> None:
    small = [
        one for one in client.everything("values", department="civil", scope="firm") if one["verdict"] == "样本不足"
    ]
    assert small
    for one in small:
        assert one["value"] is None
        assert one["text"] == f"{one['base']}件"
    medians = {
        name for name, known in open_published(client.data).catalog.indicators.items() if known.formula.kind == "median"
    }
    assert all(one["numerator"] is None for one in small if one["indicator"] in medians), "the median itself"


def test_a_value_that_is_to_be_checked_has_no_number(
    sample: DataDir, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real data two months late: the pages mark their figures; a program that reads no marks gets none."""
    data = copied(sample, tmp_path_factory.mktemp("late") / "data")
    monkeypatch.setattr("scorecard.ui.server.read_interface.judged_on", lambda _: datetime(2027, 1, 31).date())
    monkeypatch.setattr("scorecard.ui.shell.cached.judged_on", lambda _: datetime(2027, 1, 31).date())
    with interface(data, monkeypatch) as client:
        late = client.everything("values", **{"from": "2026-11"})
    assert {one["verdict"] for one in late} >= {"数据待核"}
    for one in late:
        if one["verdict"] == "数据待核":
            assert one["value"] is one["numerator"] is one["denominator"] is one["base"] is None
            assert not any(sign.isdigit() for sign in one["text"] + one["halves"])
            assert one["reason"]


def test_csv_says_what_json_says(client: InterfaceClient) -> None:
    for place, query in (("values", {"grain": "ytd", "from": "2026-01"}), ("indicators", {}), ("versions", {})):
        records = client.everything(place, **query)
        answer = client.ask(f"/api/v1/{place}", **query, limit="2000", format="csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["x-total-count"] == str(len(records))
        header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert len(set(header)) == len(header), header
        assert all("一" <= title[0] <= "鿿" for title in header)
        assert [[unescape_cell(cell) for cell in row] for row in rows] == [cells(one) for one in records]


def cells(record: dict[str, Any]) -> list[str]:
    """The record as a row of texts, a target in its own columns."""
    row: list[str] = []
    for name, found in record.items():
        if name == "target":
            row += cells(found) if found else [""] * 8
        elif isinstance(found, bool):
            row.append("是" if found else "否")
        elif isinstance(found, dict):
            row.append("；".join(f"{key} {day}" for key, day in found.items()))
        elif isinstance(found, list):
            row.append("；".join(found))
        else:
            row.append("" if found is None else str(found))
    return row


def test_pages_of_an_answer_join_without_a_gap(client: InterfaceClient) -> None:
    whole = client.everything("values", grain="quarter")
    pieces = [
        client.ask("/api/v1/values", grain="quarter", limit="97", offset=str(at)).json()
        for at in range(0, len(whole), 97)
    ]
    assert [one for piece in pieces for one in piece["items"]] == whole
    assert {piece["total"] for piece in pieces} == {len(whole)}
    assert [piece["next_offset"] for piece in pieces][-1] is None
    beyond = client.ask("/api/v1/values", offset="999999999").json()
    assert (beyond["items"], beyond["next_offset"]) == ([], None)


def test_periods_are_chosen_by_where_they_end(client: InterfaceClient) -> None:
    def keys(**query: str) -> list[str]:
        return [one["period"] for one in client.everything("values", indicator="enforcement_completion_rate", **query)]

    assert keys(**{"from": "2026-Q2", "until": "2026-07"}) == ["2026-04", "2026-05", "2026-06", "2026-07"]
    assert keys(grain="ytd", **{"from": "2026-09"}) == ["2026-09", "2026-10"]
    assert keys(grain="quarter", **{"from": "2025", "until": "2025"}) == ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]
    assert keys(**{"from": "2026-09", "until": "2026-01"}) == []


def test_definitions_and_versions_say_what_the_pages_say_and_nothing_of_people_or_files(
    client: InterfaceClient,
) -> None:
    version = open_published(client.data)
    known = client.everything("indicators")
    assert [(one["id"], one["definition"]) for one in known] == [
        (one.id, one.definition) for one in version.catalog.indicators.values()
    ]
    (only,) = client.everything("versions")
    assert (only["version"], only["current"], only["readable"], only["sample"]) == (version.id, True, True, True)
    told = json.dumps([known, only, client.everything("values", grain="year")], ensure_ascii=False)
    assert version.manifest.actor not in told
    assert not [batch for batch in version.manifest.batches if str(batch.get("name")) in told]


def test_an_older_version_is_read_by_its_id(sample: DataDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = copied(sample, tmp_path / "data")
    first, second = open_published(data).id, "0123456789abcdef"
    shutil.copy(data.database(first), data.database(second))
    record = json.loads(data.manifest(first).read_bytes())
    record |= {"version": second, "published_at": "2099-01-01T00:00:00+00:00"}
    data.manifest(second).write_text(json.dumps(record), "utf-8")
    data.pointer.write_text(second, "utf-8")
    with interface(data, monkeypatch) as client:
        listed = [(one["version"], one["current"]) for one in client.everything("versions")]
        assert listed == [(second, True), (first, False)]
        assert client.ask("/api/v1/values", limit="1").json()["version"] == second
        old = client.ask("/api/v1/values", version=first, limit="1").json()
        assert [old["version"], old["items"][0]["version"]] == [first, first]
        data.database(first).unlink()
        assert "不存在" in refused(client.ask("/api/v1/values", version=first), 404)["value"]
        checksums.forget(data, data.database(first))  # as pruning does: then it is no loss
        assert "清理" in refused(client.ask("/api/v1/values", version=first), 404)["value"]


def test_a_token_for_the_public_gives_what_visitors_see_and_nothing_to_compute_a_small_count_from(
    client: InterfaceClient,
) -> None:
    website = InterfaceClient(client.data, "区平台网站", public=True)
    version = for_visitors(open_published(client.data))
    given = {(one["indicator"], one["period"]): one for one in website.everything("values")}
    assert [one for one in given.values() if one["value"]]
    for one in given.values():
        assert [one[half] for half in ("numerator", "denominator", "base", "unknown")] == [None] * 4
    for period in cached.periods(version, "month")[:4]:
        inputs = cached.card_inputs(version, Selection(period, "all", "all"))
        for indicator in version.catalog.indicators.values():
            agree(given[indicator.id, period.key], card(inputs, indicator, period).as_asked, public=True)
    whole = {(one["indicator"], one["period"]): one for one in client.everything("values")}
    small = [key for key, one in whole.items() if 0 < (one["base"] or 0) < 5 and one["state"]]
    assert small
    for key in small:
        assert given[key]["value"] is None
        assert not any(sign.isdigit() and int(sign) == whole[key]["base"] for sign in given[key]["text"]), given[key]
    for query in ({"grain": "ytd"}, {"department": "civil"}, {"scope": "firm"}):
        assert website.ask("/api/v1/values", **query).status_code in (403, 404)
    tag, other = (one.ask("/api/v1/values").headers["etag"] for one in (client, website))
    assert tag != other
    assert website.ask("/api/v1/values", {**website.bearer, "if-none-match": tag}).status_code == 200


# --- the way in -----------------------------------------------------------------------------------------------


def test_only_a_token_in_the_header_opens_it(client: InterfaceClient) -> None:
    name = account(client.data, "administrator", "接口管理")
    known = read(client.data).find(name)
    assert known
    cookie = f"{COOKIE}={client.authenticator.begin(known)}"
    for place in PLACES:
        for headers in ({}, {"cookie": cookie}, {"cookie": f"token={client.secret}"}, {"x-api-key": client.secret}):
            answer = client.ask(f"/api/v1/{place}", headers)
            refused(answer, 401)
            assert answer.headers["www-authenticate"] == "Bearer"
        answer = client.ask(f"/api/v1/{place}", {**client.bearer, "origin": "https://evil.example"})
        assert answer.status_code == 200
        assert not [
            header for header in answer.headers if header.startswith("access-control-") or header == "set-cookie"
        ]


def test_a_token_in_the_address_is_refused_and_kept_out_of_every_record(client: InterfaceClient) -> None:
    before = len(audit.entries(client.data))
    for query in (
        {"token": client.secret},
        {"access_token": client.secret},
        {client.secret: "1"},
        {"indicator": client.secret},
    ):
        told = refused(client.ask("/api/v1/values", **query), 400)
        assert "令牌" in told["value"]
        assert client.secret not in json.dumps(told)
    assert client.secret not in client.data.audit.read_text("utf-8")
    assert len(audit.entries(client.data)) == before + 4


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_but_reading_is_answered(method: str, client: InterfaceClient) -> None:
    for path in ("/api/v1/values", "/api", "/api/v1/nothing"):
        answer = client.ask(path, method=method)
        refused(answer, 405)
        assert answer.headers["allow"] == "GET, HEAD"


def test_methods_that_no_part_of_the_server_knows_are_refused_at_its_gate(client: InterfaceClient) -> None:
    for method in ("PATCH", "TRACE", "BREW"):
        answer = client.ask("/api/v1/values", method=method)
        assert (answer.status_code, client.secret in answer.text) == (405, False)
        assert "GET" in answer.headers["allow"]  # RFC 9110 asks for it


def test_head_is_answered_like_get_without_the_content(client: InterfaceClient) -> None:
    got, head = (client.ask("/api/v1/values", method=method, limit="1") for method in ("GET", "HEAD"))
    assert (head.status_code, head.headers["etag"]) == (200, got.headers["etag"])
    assert client.ask("/api/v1/values", {}, method="HEAD").status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/", "/api/v1/", "/api/v1", "/api/v2/values", "/api/v1/values/", "/api/v1/cases",
     "/api/v1/%2e%2e/values", "/api/v1//values"],
)  # fmt: skip
def test_other_addresses_are_told_and_hand_nothing_on_to_the_pages(path: str, client: InterfaceClient) -> None:
    assert "/api/v1/values" in refused(client.ask(path), 404)["expectation"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 400), ("limit=2001", 400), ("limit=-1", 400), ("limit=1e3", 400), ("limit=%EF%BC%92", 400),
        ("limit=99999999999999999999", 400), ("limit=1_0", 400), ("limit=", 400), ("offset=-1", 400), ("offset=1.0", 400),
        ("grain=week", 400), ("grain=MONTH", 400), ("from=2026-13", 400), ("from=%EF%BC%92026-01", 400), ("until=2026-01%0A", 400),
        ("from=0000", 200), ("until=9999-Q4", 200), ("scope=other", 400), ("format=xml", 400), ("indicator=", 400),
        ("indicator=%27%20OR%201%3D1--", 400), ("indicator=a%00b", 400), ("indicator=../../etc/passwd", 400), ("indicator=%FF", 400),
        ("indicator=no_such", 404), ("department=no_such", 404), ("version=0123456789abcdef", 404), ("version=..%2f..%2fx", 400),
        ("limit=1&limit=2", 400), ("grain=month&grain=month", 400), ("Grain=month", 400), ("unknown=1", 400), ("=", 400),
        ("&".join(f"a{n}=1" for n in range(30)), 400), ("indicator=" + "a" * 3000, 400), ("format=json&x", 400),
    ],
)  # fmt: skip
def test_odd_questions_are_refused_in_words(query: str, status: int, client: InterfaceClient) -> None:
    answer = client.ask(f"/api/v1/values?{query}")
    if status == 200:
        assert answer.status_code == 200
    else:
        told = refused(answer, status)
        assert "Traceback" not in answer.text and "pydantic" not in answer.text and "Error" not in told["detail"]


# --- polling, limits, the audit -------------------------------------------------------------------------------


def test_a_program_that_has_the_content_already_gets_304(client: InterfaceClient) -> None:
    for place in ("indicators", "values", "versions"):
        first = client.ask(f"/api/v1/{place}", limit="1")
        tag = first.headers["etag"]
        assert open_published(client.data).id in tag
        for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = client.ask(f"/api/v1/{place}", {**client.bearer, "if-none-match": given}, limit="1")
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        for other in ('"other"', "", tag.strip('"')):
            assert (
                client.ask(f"/api/v1/{place}", {**client.bearer, "if-none-match": other}, limit="1").status_code == 200
            )
        assert client.ask(f"/api/v1/{place}", format="csv").headers["etag"] != tag, "another form has another tag"
        assert client.ask(f"/api/v1/{place}", {"if-none-match": tag}).status_code == 401


def test_the_tag_changes_with_the_day_values_are_judged_on(
    client: InterfaceClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = client.ask("/api/v1/values").headers["etag"]
    day = judged_on(open_published(client.data)).replace(year=2027)
    monkeypatch.setattr("scorecard.ui.server.read_interface.judged_on", lambda _: day)
    assert client.ask("/api/v1/values").headers["etag"] != before


def test_every_call_is_a_line_of_the_audit(client: InterfaceClient) -> None:
    before = len(audit.entries(client.data))
    client.ask("/api/v1/values", grain="ytd", limit="1")
    client.ask("/api/v1/openapi.json")
    client.ask("/api/v1/values", limit="0")
    client.ask("/api/v1/secret?a=b")
    lines = audit.entries(client.data)[before:]
    assert [(line.actor, line.role, line.action, line.subject, line.result) for line in lines] == [
        ("市中院", "接口", "接口读取", "values", "成功"),
        ("市中院", "接口", "接口读取", "openapi.json", "成功"),
        ("市中院", "接口", "接口读取", "values", "拒绝"),
        ("市中院", "接口", "接口读取", "没有的地址", "拒绝"),
    ]
    assert lines[0].detail == {"filter": {"limit": 1, "grain": "ytd"}}
    assert lines[0].origin == "127.0.0.1" or lines[0].origin == "本机"
    assert audit.verify(client.data) == ()


def test_too_many_calls_are_told_when_to_come_again(
    sample: DataDir, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copied(sample, tmp_path_factory.mktemp("often") / "data")
    monkeypatch.setenv("SCORECARD_DATA", str(data.root))
    monkeypatch.setattr("scorecard.api.gate.AT_ONCE", 5)
    client = InterfaceClient(data)
    answers = [client.ask("/api/v1/versions") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    refused(answers[-1], 429)
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60


# --- when the server cannot -----------------------------------------------------------------------------------


def test_without_a_readable_version_it_says_so(data: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    with interface(data, monkeypatch) as client:
        for place in ("indicators", "values", "versions"):
            assert "还没有发布" in refused(client.ask(f"/api/v1/{place}"), 503)["value"]
        assert client.ask("/api/v1/openapi.json").status_code == 200


def test_a_damaged_version_or_audit_hands_out_nothing(
    sample: DataDir, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copied(sample, tmp_path_factory.mktemp("damaged") / "data")
    file = data.database(open_published(data).id)
    with interface(data, monkeypatch) as client:
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
        assert "不能读取" in refused(client.ask("/api/v1/values"), 503)["value"]
        file.write_bytes(whole)
        monkeypatch.setattr("scorecard.audit.log.record", refuse_to_write)
        refused(client.ask("/api/v1/values"), 503)


def refuse_to_write(*_: object, **__: object) -> None:
    raise StorageError("审计记录", "磁盘已满", "可写入的数据目录", "请清理磁盘空间后重试")


def test_a_fault_of_the_program_is_told_without_its_words(
    client: InterfaceClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("scorecard.ui.server.read_interface.answers.value", broken)
    answer = client.ask("/api/v1/values")
    refused(answer, 500)
    assert "secret words" not in answer.text
    assert "secret words" in caplog.text
    assert client.secret not in caplog.text


def test_a_revoked_token_opens_nothing_from_the_next_call_on(client: InterfaceClient) -> None:
    other = InterfaceClient(client.data, "区平台")
    assert other.ask("/api/v1/versions").status_code == 200
    tokens.revoke(client.data, ADMINISTRATOR, "区平台", datetime.now(UTC))
    assert "已撤销" in refused(other.ask("/api/v1/versions"), 401)["value"]


def test_all_grains_of_the_calendar_are_offered(client: InterfaceClient) -> None:
    told = client.ask("/api/v1/openapi.json").json()
    grain = next(one for one in told["paths"]["/values"]["get"]["parameters"] if one["name"] == "grain")
    assert tuple(grain["schema"]["enum"]) == GRAINS
    assert told["openapi"] == "3.1.0"
