"""The elements of GitHub's payloads that say who a person is: what `redact: personal` stands for.

Accounts of whoever acted, wrote, signed or was asked, and any e-mail address. The owner of a
repository stays, in `owner` and in every name and address: it is the account the repository is of.
What people wrote (messages, titles, descriptions) is content; a source that must not keep it names
it.
"""

from typing import Final

PERSONAL: Final = frozenset(
    {
        *("sender", "actor", "triggering_actor", "creator", "user", "pusher"),
        *("author", "committer", "email"),
        *("assignee", "assignees", "requested_reviewer", "requested_reviewers", "member"),
    }
)
