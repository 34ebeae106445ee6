"""Settings → a running gateway: the only place that builds processes and wires rooms together.

The folder that the processes' metrics share is known before this is imported.
"""

import asyncio
import logging
import multiprocessing
import os
import socket
from collections.abc import Callable
from functools import partial

from gateway.admin.operators import add_operators
from gateway.core.errors import GatewayError
from gateway.desk.administering import OperatorsDesk, live_tokens
from gateway.journal import JournalError
from gateway.observe import metrics
from gateway.observe.admin import admin_app, listen
from gateway.observe.logs import log_to_stderr
from gateway.processes.child import Child
from gateway.processes.cycles import settle
from gateway.processes.operating import Operations
from gateway.processes.reconfirming import Reconfirming
from gateway.processes.reload import Reload
from gateway.processes.scraping import registry_of
from gateway.processes.supervisor import Supervisor, bind
from gateway.processes.targets import publish, receive
from gateway.settings import Settings
from gateway.settings.values import Address

_log = logging.getLogger(__name__)


class StartError(GatewayError):
    """The gateway cannot start; the message says why."""


async def serve_forever(
    settings: Settings, ready: Callable[[str], None], *, reread: Callable[[], Settings]
) -> None:
    """Run until a signal. `ready` is told the callback address once the children are started.

    `reread` gives the settings anew on SIGHUP, or raises SettingsError.
    """
    lines = log_to_stderr()
    try:
        await _serve(settings, ready, reread)
    finally:
        lines.close()


async def _serve(
    settings: Settings, ready: Callable[[str], None], reread: Callable[[], Settings]
) -> None:
    server = settings.server
    sockets = _bound(server.listen, server.workers, "server.listen")
    (admin_socket,) = _bound(settings.admin.listen, 1, "admin.listen")
    supervisor = Supervisor()
    try:
        operations = Operations(settings)
    except JournalError as error:
        raise StartError(str(error)) from error
    reload = Reload(settings, reread)
    _children(settings, sockets, supervisor, reload)
    supervisor.start()
    try:
        await _operate(reload, supervisor, operations, sockets, admin_socket, ready)
    except BaseException:
        await supervisor.end()  # else they would be waited for
        raise


async def _operate(
    reload: Reload,
    supervisor: Supervisor,
    operations: Operations,
    sockets: list[socket.socket],
    admin_socket: socket.socket,
    ready: Callable[[str], None],
) -> None:
    """Beside the children, until a signal."""
    settings = reload.settings
    registry = registry_of(lambda: reload.settings, supervisor.processes)
    operators = admin_app(supervisor, registry)
    desk = OperatorsDesk(lambda: reload.settings, registry)
    live, host = partial(live_tokens, lambda: reload.settings), settings.admin.listen.host
    add_operators(operators, desk, supervisor, live=live, host=host)
    end_admin = await listen(operators, admin_socket)
    maintenance = asyncio.create_task(operations.maintain())
    callbacks = _spoken_to(sockets[0])
    _log.info("callbacks on %s, operators on %s", callbacks, _spoken_to(admin_socket))
    settle()
    with Reconfirming(lambda: reload.settings):
        await supervisor.run(
            partial(ready, str(_reached(callbacks))),
            reload,
            sockets=sockets,
            drain_delay=settings.server.drain_delay,
        )
    maintenance.cancel()
    await operations.close()
    await end_admin()


def _children(
    settings: Settings, sockets: list[socket.socket], supervisor: Supervisor, reload: Reload
) -> None:
    reader, writer = (None, None)
    if settings.kafka is not None:
        reader, writer = multiprocessing.Pipe(duplex=False)
        restarts = metrics.PUBLISHER_RESTARTS
        for cause in metrics.RESTART_CAUSES:
            restarts.labels(cause)
        supervisor.publisher = Child(
            "publisher",
            partial(publish, settings, reader),
            lambda cause: restarts.labels(cause).inc(),
        )
    for number, sock in enumerate(sockets):
        run = partial(receive, sock, writer)
        child = Child(f"receiver-{number}", partial(run, settings), lambda _: None)
        supervisor.receivers.append(child)
        reload.receivers.append((child, run))


def _bound(address: Address, count: int, setting: str) -> list[socket.socket]:
    try:
        return bind(address, count)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise StartError(f"{setting}: cannot listen on {address}: {reason}") from error


def _spoken_to(sock: socket.socket) -> Address:
    return Address(*sock.getsockname()[:2])


def _reached(listened: Address) -> Address:
    """From this machine, for copying."""
    return Address("127.0.0.1", listened.port) if listened.host == "0.0.0.0" else listened  # noqa: S104
