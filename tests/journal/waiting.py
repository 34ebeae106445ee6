"""An appender's word to whoever waits for it, as something to be awaited."""

import asyncio

from gateway.core.model import Entry, Receipt
from gateway.journal import Appender


def kept(appender: Appender, entry: Entry) -> asyncio.Future[Receipt]:
    """The receipt, or the error. Raises Busy where the entry is refused at once."""
    told: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()

    def done(result: Receipt | Exception) -> None:
        if told.done():  # nobody waits any more
            return
        if isinstance(result, Exception):
            told.set_exception(result)
        else:
            told.set_result(result)

    appender.append(entry, done)
    return told
