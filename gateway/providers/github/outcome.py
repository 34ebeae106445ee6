"""GitHub's word for how it stands → `Outcome`.

The word is the `conclusion` where there is one, else the `status`; of commit statuses and
deployments it is the `state`. Outcomes are as in CDEvents: `failure` also has its `error`, since
whom to call is the same.

* `success` is success, and so is `neutral`: it ended and objects to nothing, and GitHub lets
  dependent checks go on ("treated as a success for dependent checks").
* `skipped` is canceled, though GitHub lets those go on too: nothing was run, so nothing succeeded.
* `timed_out`, `startup_failure` and `error` are failures: it was to run, and did not end well.
* `action_required` and `waiting` (for a deployment's reviewers) are paused: a person is asked for.
* `stale` is unknown: GitHub gave up waiting after 14 days, and nobody told how it ended. So is
  `inactive`: a newer deployment took the place of this one, whose outcome was told before.

Any other word is unknown, never a success.
https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/about-status-checks
"""

from typing import Final

from gateway.core.model import Outcome

_OUTCOMES: Final = {
    "success": Outcome.SUCCESS,
    "neutral": Outcome.SUCCESS,
    "failure": Outcome.FAILURE,
    "error": Outcome.FAILURE,
    "timed_out": Outcome.FAILURE,
    "startup_failure": Outcome.FAILURE,
    "cancelled": Outcome.CANCELED,
    "skipped": Outcome.CANCELED,
    "action_required": Outcome.PAUSED,
    "waiting": Outcome.PAUSED,
    "requested": Outcome.RUNNING,
    "queued": Outcome.RUNNING,
    "pending": Outcome.RUNNING,
    "in_progress": Outcome.RUNNING,
    "stale": Outcome.UNKNOWN,
    "inactive": Outcome.UNKNOWN,
}


def outcome_of(state: str) -> Outcome:
    """The outcome that a state stands for, in any case of letters."""
    return _OUTCOMES.get(state.lower(), Outcome.UNKNOWN)
