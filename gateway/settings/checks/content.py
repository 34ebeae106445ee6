"""The options of the checks that open what a submitter of ours has signed."""

from typing import ClassVar

from gateway.core.checks.user_data import user_data_check
from gateway.core.origin import ContentCheck
from gateway.settings.checks.model import Model, Secrets, values


class UserData(Model):
    """The text that the submitter gave its job to carry, signed (`gateway sign-user-data`)."""

    envelope: ClassVar[bool] = False

    secrets: Secrets

    def check(self) -> ContentCheck:
        """The check."""
        return user_data_check(values(self.secrets))
