"""The proxy before a node in tests, as a process of its own: mutual TLS for partners, a socket file for its people.

It does what `docs/operating.md` asks of a proxy, and what a test asks: it stops in the middle of an answer, and lets a
line be dead. It is told what to do by lines of JSON on standard input, and says by lines what has happened.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from typing import Any

_HEAD_ENDS = b"\r\n\r\n"
_OURS = (b"x-forwarded-", b"connection:", b"forwarded:")


class Front:
    """One proxy: `settings` name the upstream port, the certificates, the socket file, and a port for each line."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.dead: set[str] = set()
        self.mended = asyncio.Condition()
        self.hold: dict[str, Any] | None = None
        self.go_on = asyncio.Event()
        self.drop = False

    async def run(self) -> None:
        """Serve until standard input ends."""
        mutual, people = (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for _ in range(2))
        for each in (mutual, people):
            each.load_cert_chain(self.settings["certificate"], self.settings["key"])
        mutual.load_verify_locations(self.settings["authority"])
        mutual.verify_mode = ssl.CERT_REQUIRED
        for line, (host, port) in self.settings["doors"].items():
            await asyncio.start_server(self._serving(line), host, port, ssl=mutual)
        await asyncio.start_unix_server(self._serving(""), self.settings["socket"], ssl=people)
        commands = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
        _say("ready")
        while told := await commands.readline():
            await self._obey(json.loads(told))

    async def _obey(self, told: dict[str, Any]) -> None:
        if told["do"] == "hold":
            self.hold, self.drop = told, False
            self.go_on.clear()
        elif told["do"] in ("release", "drop"):
            self.drop = told["do"] == "drop"
            self.go_on.set()
        else:
            async with self.mended:
                (self.dead.add if told["do"] == "cut" else self.dead.discard)(told["line"])
                self.mended.notify_all()
        _say(told["do"])

    def _serving(self, line: str) -> Any:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await self._one(line, reader, writer)
            except (OSError, asyncio.IncompleteReadError):  # either side went away: so does the other
                pass
            finally:
                writer.transport.abort()

        return serve

    async def _one(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(_HEAD_ENDS)
        first, *fields = head.removesuffix(_HEAD_ENDS).split(b"\r\n")
        length = next((int(each[15:]) for each in fields if each.lower().startswith(b"content-length:")), 0)
        body = await reader.readexactly(length)
        await self._alive(line)
        kept = [each for each in fields if not each.lower().startswith(_OURS)]
        kept += [b"X-Forwarded-Proto: https", b"X-Forwarded-For: 192.0.2.1", b"Connection: close"]
        above, upstream = await asyncio.open_connection("127.0.0.1", self.settings["upstream"])
        upstream.write(b"\r\n".join([first, *kept]) + _HEAD_ENDS + body)
        answer = await above.read()
        upstream.close()
        await self._alive(line)
        await self._give(line, first, answer, writer)

    async def _alive(self, line: str) -> None:
        """Wait while the line is dead: whoever waits at its other end hears nothing."""
        async with self.mended:
            await self.mended.wait_for(lambda: line not in self.dead)

    async def _give(self, line: str, asked: bytes, answer: bytes, writer: asyncio.StreamWriter) -> None:
        if self.hold is not None and line and self.hold["path"].encode() in asked:
            self.hold["after"] -= 1
            if self.hold["after"] < 0:
                self.hold = None
                writer.write(answer[: len(answer) // 2])
                await writer.drain()
                _say("held")
                await self.go_on.wait()
                await self._alive(line)
                if self.drop:
                    return
                answer = answer[len(answer) // 2 :]
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()


def _say(what: str) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(Front(json.loads(sys.argv[1])).run())
