"""`gateway serve --demo`: a gateway to try, with its own folder, a fresh secret and a sample.

Nothing outside `var/demo` is touched; delete the folder to start over.
"""

import secrets
from pathlib import Path
from shlex import quote
from typing import Final

FOLDER: Final = Path("var/demo")
_CONFIGURATION = """\
# A gateway to try. `gateway init` writes one to keep; deploy/gateway.yaml shows every key.
server:  {listen: "127.0.0.1:8080"}
admin:   {listen: "127.0.0.1:9090"}
journal: {path: journal.db}
sources:
  demo:
    provider: tencent-ci
    verify:
      - token: {secrets: ["file:token"]}
      - buckets: ["examplebucket-1250000000"]
"""
_SAMPLE = Path(__file__).parent / "sample.xml"


def prepare(folder: Path = FOLDER) -> Path:
    """Write what is not there yet and return the configuration's path."""
    folder.mkdir(parents=True, exist_ok=True)
    token = folder / "token"
    if not token.exists():
        token.touch(mode=0o600)
        token.write_text(secrets.token_urlsafe(24))
    configuration = folder / "gateway.yaml"
    if not configuration.exists():
        configuration.write_text(_CONFIGURATION)
    sample = folder / "callback.xml"
    if not sample.exists():
        sample.write_bytes(_SAMPLE.read_bytes())
    return configuration


def instructions(folder: Path, address: str, operators: str, command: str) -> str:
    """What to paste into another terminal, and into a browser."""
    token = (folder / "token").read_text().strip()
    url = f"http://{address}/callbacks/demo/{token}"
    sample, configuration = quote(str(folder / "callback.xml")), quote(str(folder / "gateway.yaml"))
    return f"""
Post a Tencent CI callback from another terminal:

  curl -sS --data-binary @{sample} -H 'Content-Type: application/xml' {url}
  {command} send {sample} --to {url}

and see its event:

  {command} events tail -c {configuration}

or look at it in a browser: http://{operators}/
"""
