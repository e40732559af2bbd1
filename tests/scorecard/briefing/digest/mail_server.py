"""A mail server in a process of its own, with STARTTLS or TLS: each letter it takes is a file; one address it refuses."""

import asyncio
import json
import ssl
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

REFUSED = "full@court.example"


class Taking:
    """Takes letters into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == REFUSED:
            return "552 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        number = len(list(self._folder.glob("*.eml")))
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        (self._folder / f"{number}.eml").write_bytes(content)
        encrypted = server.transport is not None and server.transport.get_extra_info("ssl_object") is not None
        told = {"to": envelope.rcpt_tos, "from": envelope.mail_from, "encrypted": encrypted}
        (self._folder / f"{number}.json").write_text(json.dumps(told))
        return "250 OK"


async def main(port: int, certificate: str, key: str, folder: Path, way: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()

    def made() -> SMTP:
        if way == "tls":
            return SMTP(Taking(folder), hostname="localhost")
        return SMTP(Taking(folder), hostname="localhost", tls_context=context, require_starttls=True)

    await loop.create_server(made, "127.0.0.1", port, ssl=context if way == "tls" else None)
    (folder / "ready").touch()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]), sys.argv[5]))
