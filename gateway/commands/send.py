"""`gateway send`: post files as callbacks, as a sender would, and print what was answered."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import click
import orjson

from gateway.commands.options import as_json, fail

_TIMEOUT_SECONDS = 30


@click.command(
    epilog="Example: gateway send callback.xml --to http://localhost:8080/callbacks/a/$T"
)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option("--to", "url", required=True, help="The callback URL, with its token.")
@as_json
def send(files: tuple[str, ...], url: str, *, plain: bool) -> None:
    """Post each of FILES (a body, or a whole request in a .http file) to a gateway."""
    try:
        answered = asyncio.run(_send([Path(name) for name in files], url, plain=plain))
    except aiohttp.ClientError as error:
        fail(f"{type(error).__name__}: {error}")
    except TimeoutError:
        fail(f"no answer within {_TIMEOUT_SECONDS} s")
    if not answered:
        raise SystemExit(1)


async def _send(files: Sequence[Path], url: str, *, plain: bool) -> bool:
    """Whether every file was answered 200."""
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS)
    all_accepted = True
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for file in files:
            body = await asyncio.to_thread(_body, file)
            headers = {"Content-Type": "application/xml"}
            async with session.post(url, data=body, headers=headers) as response:
                answer = await response.read()
                all_accepted &= response.status == 200
                click.echo(_line(file, response.status, answer, plain=plain))
    return all_accepted


def _body(file: Path) -> bytes:
    content = file.read_bytes()
    if file.suffix != ".http":
        return content
    end = b"\r\n\r\n" if b"\r\n" in content else b"\n\n"
    return content.partition(end)[2]


def _line(file: Path, status: int, answer: bytes, *, plain: bool) -> str:
    told = _told(answer)
    if plain:
        return orjson.dumps({"file": str(file), "http": status, **told}).decode()
    details = [told.get("status"), *_texts(told.get("events")), told.get("quarantine")]
    words = [str(word) for word in (*details, told.get("reason"), told.get("body")) if word]
    return f"{file}: {status} {' '.join(words)}".rstrip()


def _told(answer: bytes) -> dict[str, object]:
    """A gateway's answer; another server's is its `body`."""
    try:
        told = orjson.loads(answer)
    except orjson.JSONDecodeError:
        told = None
    return told if isinstance(told, dict) else {"body": answer[:200].decode("utf-8", "replace")}


def _texts(value: object) -> list[object]:
    return value if isinstance(value, list) else []
