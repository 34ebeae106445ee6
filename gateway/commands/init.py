"""`gateway init`: a few questions → a configuration that passes `gateway check`, and what to do.

Whatever is asked can be given as an option; with `--yes` what is not given is the default. Nothing
that is there is ever overwritten.
"""

import os
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from shlex import quote
from typing import Final, NamedTuple, TypeVar

import click

from gateway.commands import template
from gateway.commands.options import fail
from gateway.commands.template import ANY_CHECK, CHECKS, WITH_BUCKETS, Answers
from gateway.providers import providers
from gateway.schemas import FOLDER
from gateway.settings import SettingsError, Surroundings, parse
from gateway.settings.secret import REFERENCE

F = TypeVar("F", bound=Callable[..., object])
_PROVIDERS: Final = sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir())
"""Each has its folder of schemas; to look at them takes no time."""
_CHECKS: Final = sorted({*ANY_CHECK, *(name for names in CHECKS.values() for name in names)})
_NEW: Final[dict[str, Callable[[], str]]] = {
    "standard_webhooks": lambda: f"whsec_{b64encode(token_bytes(32)).decode()}",
}
"""Check → a new secret of its form; that of others is text which a URL may have."""
_SAMPLE: Final = Path(__file__).parent / "sample.xml"
_SAMPLE_BUCKET: Final = b"examplebucket-1250000000"
_NONE: Final = "none"
_WRITE: Final = "new"
_ANYWHERE: Final = "env:NEW"


class _Question(NamedTuple):
    name: str
    text: str
    help: str
    choices: tuple[str, ...] = ()


_QUESTIONS: Final = (
    _Question("provider", "Who sends", "Who sends.", tuple(_PROVIDERS)),
    _Question("source", "What to call this sender, in its URL", "Its name in the callback URL."),
    _Question("check", "How it proves that it is the sender", "How it proves that it is the "
              "sender.", tuple(_CHECKS)),
    _Question("bucket", "Buckets that it may name, comma-separated (none: any)",
              "Buckets that callbacks may name, comma-separated, or none."),
    _Question("kafka", "Kafka brokers, host:port, comma-separated (none: the journal is all)",
              "Kafka brokers, host:port, comma-separated, or none."),
    _Question("topic", "Topic to publish to", "The topic to publish to."),
    _Question("listen", "Where to receive callbacks", "Where to receive callbacks, host:port."),
    _Question("admin", "Where operators look", "Where operators look, host:port."),
    _Question("secret", "Where the secret is, env:NAME or file:PATH (new: write one)",
              "Where the secret is, env:NAME or file:PATH; or new, which writes one."),
)  # fmt: skip
_BY_NAME: Final = {question.name: question for question in _QUESTIONS}


def _asked(command: F) -> F:
    """An option for each question; what is given is in the context's object."""
    for question in reversed(_QUESTIONS):
        command = click.option(
            f"--{question.name}",
            type=click.Choice(question.choices) if question.choices else str,
            metavar="" if question.choices else "TEXT",
            help=question.help,
            expose_value=False,
            callback=_collect,
        )(command)
    return command


def _collect(context: click.Context, option: click.Parameter, value: str | None) -> None:
    given: dict[str, str] = context.ensure_object(dict)
    if value is not None and option.name:
        given[option.name] = value


@click.command(epilog="Example: gateway init --provider tencent-ci --bucket media-1250000000 --yes")
@click.argument("file", type=click.Path(path_type=Path), default=Path("gateway.yaml"))
@_asked
@click.option("--yes", is_flag=True, help="Ask nothing: what no option gives is the default.")
@click.pass_obj
def init(given: dict[str, str] | None, file: Path, *, yes: bool) -> None:
    """Write a configuration to FILE (gateway.yaml) after a few questions; say what to do next.

    What an option gives is not asked; with --yes nothing is, and what no option gives is the
    default. Nothing that is there is overwritten.
    """
    if file.exists():
        fail(f"{file} is there already, and is not overwritten")
    try:
        answers = _answers(given or {}, yes=yes)
        _check(answers, file)
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    is_new = answers.secret == _WRITE
    if is_new:
        answers = answers._replace(secret=f"file:secrets/{answers.source}")
    file.parent.mkdir(parents=True, exist_ok=True)
    for line in _made(answers, file, is_new=is_new):
        click.echo(line)
    click.echo("\n".join(_next(answers, file)))


def _answers(given: dict[str, str], *, yes: bool) -> Answers:
    def ask(name: str, default: str) -> str:
        if name in given:
            return given[name]
        if yes:
            return default
        question = _BY_NAME[name]
        choice = click.Choice(question.choices) if question.choices else None
        try:
            return str(click.prompt(question.text, default=default, type=choice, err=True))
        except click.Abort as error:
            raise click.UsageError("not all was answered; --yes takes the defaults") from error

    provider = ask("provider", "tencent-ci")
    buckets = provider in WITH_BUCKETS or "bucket" in given
    source = ask("source", "media" if provider == "tencent-ci" else provider)
    check = ask("check", CHECKS.get(provider, ANY_CHECK)[0])
    allowed = _listed(ask("bucket", _NONE)) if buckets else ()
    brokers = _listed(ask("kafka", _NONE))
    return Answers(
        provider=provider,
        source=source,
        check=check,
        buckets=allowed,
        brokers=brokers,
        topic=ask("topic", "callbacks") if brokers else "",
        listen=ask("listen", "0.0.0.0:8080"),
        admin=given.get("admin", "127.0.0.1:9090"),
        secret=ask("secret", _WRITE),
    )


def _listed(text: str) -> tuple[str, ...]:
    return () if text == _NONE else tuple(filter(None, map(str.strip, text.split(","))))


def _check(answers: Answers, file: Path) -> None:
    """Raises SettingsError with what would be a mistake; the secret may not be there yet."""
    if answers.secret != _WRITE and not REFERENCE.fullmatch(answers.secret):
        told = "a secret stands in the environment (env:NAME) or in a file (file:PATH)"
        raise click.BadParameter(f"{told}; new writes one", param_hint="--secret")
    shown = template.text(answers._replace(secret=_ANYWHERE))
    parse(shown, str(file), Surroundings({"NEW": _secret(answers)}, file.parent, providers()))


def _secret(answers: Answers) -> str:
    return _NEW.get(answers.check, lambda: token_urlsafe(24))()


def _made(answers: Answers, file: Path, *, is_new: bool) -> Iterator[str]:
    """Write what is not there; one line for each file."""
    if is_new:
        secret = file.parent / answers.secret.removeprefix("file:")
        yield _written(secret, _secret(answers).encode(), mode=0o600)
    yield _written(file, template.text(answers).encode(), mode=0o644)
    if answers.provider == "tencent-ci":
        bucket = answers.buckets[0].encode() if answers.buckets else _SAMPLE_BUCKET
        sample = _SAMPLE.read_bytes().replace(_SAMPLE_BUCKET, bucket)
        yield _written(file.parent / "callback.xml", sample, mode=0o644)


def _written(path: Path, content: bytes, *, mode: int) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o755 if mode == 0o644 else 0o700)
    try:
        path.touch(mode, exist_ok=False)
    except FileExistsError:
        return f"{path}: is there already, and stays as it is"
    path.write_bytes(content)
    return f"{path}: written" + (", for nobody but you to read" if mode == 0o600 else "")


def _next(answers: Answers, file: Path) -> Iterator[str]:
    """What to paste, in its order."""
    config = f"-c {quote(str(file))}"
    told, secret = _told(answers, file)
    url = template.path(answers, told)
    port = answers.listen.rpartition(":")[2]
    yield from ("", *secret, "Check it, look at the machine, and start it:", "")
    yield from (f"  gateway {command} {config}" for command in ("check", "doctor", "serve"))
    if answers.brokers:
        yield from ("", "Kafka needs these topics; the gateway never makes any:", "")
        create = f"  kafka-topics.sh --bootstrap-server {answers.brokers[0]} --create --topic "
        yield from (create + topic for topic in template.topics(answers))
    yield from ("", "The callback URL for the sender, through TLS on a host of yours:", "")
    yield f'  echo "https://your.host{url}"'
    if answers.check != "token":
        yield from ("", f"with the secret that the check {answers.check} has: {answers.secret}")
    has_sample = answers.provider == "tencent-ci"
    sample = quote(str(file.parent / ("callback.xml" if has_sample else "callback.json")))
    what = "a sample" if has_sample else "a callback that you have in a file"
    yield from ("", f"From another terminal, send {what}, and see its event:", "")
    to = f'"http://127.0.0.1:{port}{url}"'
    yield f"  gateway send {sample} --to {to}{_signing(answers, file)}"
    yield f"  gateway events list {config}"


def _told(answers: Answers, file: Path) -> tuple[str, list[str]]:
    """How a shell gets the secret, and what to do where it is not there."""
    kind, _, name = answers.secret.partition(":")
    if kind == "env":
        missing = [] if name in os.environ else [f"Put the secret into {name} first.", ""]
        return f"${name}", missing
    path = file.parent / name
    missing = [] if path.exists() else [f"Put the secret into {path} first.", ""]
    return f"$(cat {quote(str(path))})", missing


def _signing(answers: Answers, file: Path) -> str:
    from gateway.signing import SCHEMES

    if answers.check not in SCHEMES:
        return ""
    kind, _, name = answers.secret.partition(":")
    place = str(file.parent / name) if kind == "file" else name
    return f" --sign {answers.check} --secret {quote(f'{kind}:{place}')}"
