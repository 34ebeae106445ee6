"""What is wrong with a request itself, before it is a callback."""

from gateway.core.errors import GatewayError, Reason


class RequestError(GatewayError):
    """The request itself is not acceptable: the sender must change it. Nothing was kept."""

    def __init__(self, status: int, reason: Reason, *, close: bool = False) -> None:
        super().__init__(reason.value)
        self.status = status
        self.reason = reason
        self.close = close


class RateLimited(GatewayError):
    """Too often: the sender must wait for so many seconds. Nothing was kept."""

    status = 429
    reason = Reason.RATE_LIMITED

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too often by {seconds} s")
        self.seconds = seconds
