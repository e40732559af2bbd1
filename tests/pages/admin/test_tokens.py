"""接口令牌 on the page 账户: made with a press, shown once, revoked with a press."""

from datetime import UTC, datetime

from scorecard.api import tokens
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open
from tests.support.actors import ADMINISTRATOR


def test_a_token_is_made_shown_once_and_revoked(data: DataDir, open_page: Open) -> None:
    app = open_page(data, "accounts", actor=ADMINISTRATOR)
    app.text_input(key="token-0-name").set_value("市中院").run()
    app.button(key="token-create").click().run()
    assert not app.exception
    (known,) = tokens.read(data)
    shown = " ".join(str(html.proto.body) for html in app.get("html"))
    (secret,) = set(tokens.SPELLING.findall(shown))
    assert tokens.digest(secret) == known.digest
    app.run()
    assert secret not in " ".join(str(html.proto.body) for html in app.get("html"))
    app.button(key="token-revoke").click().run()
    assert tokens.read(data)[0].state(datetime.now(UTC)) == "已撤销"
    assert not app.exception
