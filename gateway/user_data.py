"""For those who submit jobs: sign what the check `user_data` will ask for.

    from gateway.user_data import sign_user_data

Needs nothing of the server, and nothing but the standard library.
"""

from gateway.core.checks.signed_user_data import LONGEST, SigningError, sign_user_data

__all__ = ["LONGEST", "SigningError", "sign_user_data"]
