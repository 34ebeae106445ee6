"""The one error of reading events."""


class InvalidEventError(ValueError):
    """This is not an event as the gateway publishes them. The message has the place, no content."""
