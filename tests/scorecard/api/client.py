"""The read-only interface in this process: calls by path, as another program makes them.

The gateway and the routes are the server's own; without the framework behind them, of which a process bears only one.
"""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from scorecard.api import tokens
from scorecard.identity.authentication import Authenticator
from scorecard.identity.settings import AccessSettings
from scorecard.storage.data_dir import DATA_VARIABLE, DataDir
from scorecard.ui.server.security_middleware import SecurityMiddleware
from scorecard.ui.server.serve import routes
from tests.support.actors import ADMINISTRATOR

HOST = "http://localhost:8501"


class InterfaceClient:
    """The app over a data folder, and a token for it."""

    def __init__(self, data: DataDir, name: str = "市中院", *, public: bool = False) -> None:
        self.data = data
        self.authenticator = Authenticator(data, AccessSettings(), dict)
        self.app: Any = SecurityMiddleware(Starlette(routes=routes(self.authenticator)), self.authenticator)
        self.name = name
        self.secret = tokens.create(data, ADMINISTRATOR, name, None, datetime.now(UTC), public=public)

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.secret}"}

    def ask(
        self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET", **query: str
    ) -> httpx.Response:
        """The answer to one request, with the token unless other headers are given."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
                given = self.bearer if headers is None else headers
                return await client.request(method, path, headers=given, params=query or None)

        return asyncio.run(asked())

    def everything(self, place: str, **query: str) -> list[dict[str, Any]]:
        """All records of a listing, page by page."""
        records: list[dict[str, Any]] = []
        offset: int | None = 0
        while offset is not None:
            answer = self.ask(f"/api/v1/{place}", **query, limit="2000", offset=str(offset))
            assert answer.status_code == 200, answer.text
            records += answer.json()["items"]
            offset = answer.json()["next_offset"]
        return records


@contextmanager
def interface(data: DataDir, monkeypatch: pytest.MonkeyPatch) -> Generator[InterfaceClient]:
    """A client of the app on this folder, without limits on how often it may ask."""
    monkeypatch.setenv(DATA_VARIABLE, str(data.root))
    with monkeypatch.context() as making:
        for limit in ("AT_ONCE", "UNKNOWN_AT_ONCE"):
            making.setattr(f"scorecard.api.gate.{limit}", 1_000_000)
        client = InterfaceClient(data)
    yield client
