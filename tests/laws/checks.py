"""Every check on the envelope with its senders, and what it means that a callback is refused.

The signers are found in the folder: `SIGNERS` of each module `*_signers.py`.
"""

from importlib import import_module
from pathlib import Path
from typing import Final

from gateway.core.errors import Refused
from gateway.core.model import Callback
from gateway.core.origin import EnvelopeCheck
from tests.laws.signers import Signer
from tests.laws.spoilt import parts

MODULES: Final = sorted(path.stem for path in Path(__file__).parent.glob("*_signers.py"))
SIGNERS: Final[list[Signer]] = [
    signer for name in MODULES for signer in import_module(f"tests.laws.{name}").SIGNERS
]
"""Every form of every check on the envelope."""
_TELLING: Final = 5
"""A text this long in a refusal is no accident."""


def wrong(check: EnvelopeCheck, seen: Callback, signer: Signer) -> str | None:
    """What is wrong about how `check` takes `seen`, which it must refuse; None: nothing.

    It must refuse by `Refused`, in the check's name, in words without secrets and credentials.
    """
    try:
        check(seen)
    except Refused as refused:
        if refused.check != signer.check:
            return f"was refused by {refused.check}"
        words = str(refused)
    except Exception as error:  # noqa: BLE001 - this is what must not be
        return f"raised {error!r}"
    else:
        return "was accepted"
    shown = [*signer.secrets, *(part.value for part in parts(signer, seen) if part.name != "body")]
    told = [each for each in shown if len(each) >= _TELLING and each.decode("latin-1") in words]
    return f"told {told}" if told else None
