"""The vendor's states → our outcomes. A missing or strange state is unknown, never success.

Prose in the manuals writes `success` in lower case, so case does not count.
"""

from gateway.core.model import Outcome

_OUTCOMES = {
    "success": Outcome.SUCCESS,
    "failed": Outcome.FAILURE,
    "cancel": Outcome.CANCELED,
    "pause": Outcome.PAUSED,
    "submitted": Outcome.RUNNING,
    "running": Outcome.RUNNING,
    "auditing": Outcome.RUNNING,
    "snapshoting": Outcome.RUNNING,
}


def outcome_of(state: str | None) -> Outcome:
    """The outcome of a job, task or run in `state`."""
    return _OUTCOMES.get((state or "").lower(), Outcome.UNKNOWN)


def outcome_of_code(code: str | None) -> Outcome:
    """The outcome of a job whose callback has no State (WordsGeneralize): its Code decides."""
    if code is None:
        return Outcome.UNKNOWN
    return Outcome.SUCCESS if code.lower() == "success" else Outcome.FAILURE
