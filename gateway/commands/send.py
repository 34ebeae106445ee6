"""`gateway send`: post files as callbacks, as a sender would, and print what was answered."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from time import time

import click
import orjson

from gateway.commands.options import as_json, fail, without_configuration
from gateway.doctor.saved import NotARequestError, saved
from gateway.settings.secret import resolve
from gateway.settings.values import Surroundings
from gateway.signing import SCHEMES, Signed, Unsignable

_TIMEOUT_SECONDS = 30
_OF_SENDING = {"host", "content-length", "transfer-encoding", "connection", "expect"}


@click.command(
    epilog="Example: gateway send push.json --to http://localhost:8080/callbacks/a "
    "--sign github --secret env:WEBHOOK_SECRET"
)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option("--to", "url", required=True, help="The callback URL, with its token.")
@click.option(
    "--sign", "scheme", type=click.Choice(sorted(SCHEMES)), help="Sign as such a sender does."
)
@click.option(
    "--secret",
    "reference",
    metavar="env:NAME|file:PATH",
    help="What --sign signs with: a secret of the check of that name, or whsk_… for a whpk_… key.",
)
@as_json
@without_configuration
def send(
    files: tuple[str, ...], url: str, *, scheme: str | None, reference: str | None, plain: bool
) -> None:
    """Post each of FILES to a gateway: a body, or the headers and the body of a whole request in a
    .http file."""
    import aiohttp  # here, because every other command starts faster without it

    sign = _signing(scheme, reference)
    try:
        answered = asyncio.run(_send([Path(name) for name in files], url, sign=sign, plain=plain))
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
        raise click.BadParameter("this is no HTTP URL", param_hint="--to") from error
    except aiohttp.ClientError as error:
        fail(f"{type(error).__name__}: {error}")
    except Unsignable as error:
        fail(str(error))
    except TimeoutError:
        fail(f"no answer within {_TIMEOUT_SECONDS} s")
    if not answered:
        raise SystemExit(1)


def _signing(scheme: str | None, reference: str | None) -> Callable[[bytes], Signed]:
    """Body → what to post."""
    if scheme is None and reference is None:
        return Signed
    if scheme is None or reference is None:
        raise click.UsageError("--sign and --secret need each other")
    try:
        secret = resolve(reference, Surroundings(os.environ, Path.cwd()))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return lambda body: SCHEMES[scheme](body, secret.value, int(time()))


async def _send(
    files: Sequence[Path], url: str, *, sign: Callable[[bytes], Signed], plain: bool
) -> bool:
    """Whether every file was answered 200."""
    import aiohttp
    from multidict import CIMultiDict

    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS)
    all_accepted = True
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for file in files:
            given, body = await asyncio.to_thread(_request, file)
            signed = sign(body)
            headers = CIMultiDict(given)
            headers.update(signed.headers)
            post = session.post(
                url,
                data=signed.body,
                headers=headers,
                params=signed.query or None,
                skip_auto_headers=["Content-Type"],
            )
            async with post as response:
                answer = await response.read()
                all_accepted &= response.status == 200
                click.echo(_line(file, response.status, answer, plain=plain))
    return all_accepted


def _request(file: Path) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and body; of a whole request without those that say how it was sent."""
    content = file.read_bytes()
    if file.suffix != ".http":
        kind = "xml" if content.lstrip().startswith((b"<", b"\xef\xbb\xbf<")) else "json"
        return [("Content-Type", f"application/{kind}")], content
    try:
        request = saved(content)
        headers = [(name.decode(), value.decode()) for name, value in request.headers]
    except (NotARequestError, UnicodeDecodeError) as error:
        what = str(error) if isinstance(error, NotARequestError) else "has headers not in UTF-8"
        raise click.UsageError(f"{file} {what}") from error
    kept = [(name, value) for name, value in headers if name.lower() not in _OF_SENDING]
    return kept, request.body


def _line(file: Path, status: int, answer: bytes, *, plain: bool) -> str:
    told = _told(answer)
    if plain:
        return orjson.dumps({"file": str(file), "http": status, **told}).decode()
    result = told.get("status")
    is_problem = isinstance(result, int)  # then it is the status once more
    details = [None if is_problem else result, *_texts(told.get("events")), told.get("quarantine")]
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
