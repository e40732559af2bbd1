"""What the interface's own description allows is answered as it says, and what it does not allow is refused: schemathesis asks.

Its checks: no server error; status, type, headers and schema of every answer as described; what is not allowed is refused,
what is allowed is not; other methods are 405; nothing opens without the token.
"""

from pathlib import Path

import pytest
import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine.events import NonFatalError, ScenarioFinished

from scorecard.audit import log as audit
from tests.scorecard.api.client import HOST, InterfaceClient, interface
from tests.support.samples import copied, published_month


def config(client: InterfaceClient) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "base-url": f"{HOST}/api/v1",
            "auth": {"openapi": {"token": {"bearer": client.secret}}},
            "generation": {
                "max-examples": 10,
                "deterministic": True,
                "database": "none",
                "allow-extra-parameters": False,  # unknown headers, which every server takes
            },
        }
    )


def test_every_answer_is_as_described(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with interface(copied(published_month(shared), tmp_path / "data"), monkeypatch) as client:
        given = {**client.bearer, "host": "localhost:8501"}
        schema = schemathesis.openapi.from_asgi(
            "/api/v1/openapi.json", client.app, config=config(client), headers=given
        )
        failures, asked = [], 0
        for event in engine.from_schema(schema).execute():
            if isinstance(event, NonFatalError):
                failures.append(str(event.value))
            elif isinstance(event, ScenarioFinished):
                asked += len(event.recorder.cases)
                nodes = [node for nodes in event.recorder.checks.values() for node in nodes if node.failure_info]
                failures += [f"{node.failure_info.failure}\n{node.failure_info.code_sample}" for node in nodes]
        assert not failures, "\n\n".join(failures)
        assert asked > 100, asked
        assert {entry.result for entry in audit.entries(client.data)} == {"成功", "拒绝"}
        assert audit.verify(client.data) == ()
