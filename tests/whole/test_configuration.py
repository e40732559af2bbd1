"""What the server may do is written down and agrees with the seeds."""

import tomllib

from scorecard.catalog.definitions import Catalog
from scorecard.charts.theme import CONFIG

GIVEN = tomllib.loads(CONFIG.read_text(encoding="utf-8"))


def test_the_upload_limit_of_the_server_is_the_court_s(catalog: Catalog) -> None:
    assert GIVEN["server"]["maxUploadSize"] == catalog.court.max_upload_mb


def test_nothing_calls_out_and_nothing_shows_the_code() -> None:
    assert GIVEN["browser"]["gatherUsageStats"] is False
    assert GIVEN["client"]["showErrorDetails"] == "none"
    assert GIVEN["client"]["showErrorLinks"] is False
    assert GIVEN["client"]["toolbarMode"] == "minimal"
    assert "http" not in CONFIG.read_text(encoding="utf-8")


def test_the_server_listens_to_this_machine_only() -> None:
    assert GIVEN["server"]["address"] == "127.0.0.1"
    assert GIVEN["server"]["allowedHosts"] == ["127.0.0.1", "localhost"]
