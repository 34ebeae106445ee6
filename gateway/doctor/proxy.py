"""What stands before the two ports, as the configuration has it → findings.

Whether there is a proxy cannot be seen from here; what would be wrong with it, or without it, can.
"""

from collections.abc import Iterator
from ipaddress import ip_address

from gateway.doctor.finding import Finding, ok, warn
from gateway.settings import Settings

_PROXIES = "server.trusted_proxies"


def proxy(settings: Settings) -> Iterator[Finding]:
    """Who ends TLS and tells the clients' addresses, and who can reach the operators' port."""
    yield _before(settings)
    host = settings.admin.listen.host
    if not is_loopback(host):
        advice = "let the network keep others out, or listen on 127.0.0.1"
        yield warn("admin port", f"{host}: whoever reaches it sees health and metrics", advice)


def _before(settings: Settings) -> Finding:
    server = settings.server
    open_ = [str(network) for network in server.trusted_proxies if not network.prefixlen]
    if open_:
        advice = "list the networks of your proxies and no others"
        return warn(_PROXIES, f"{open_[0]}: any client writes its own address", advice)
    if server.trusted_proxies:
        told = ", ".join(map(str, server.trusted_proxies))
        return ok(_PROXIES, f"{told} tell the clients' addresses")
    if server.tls is not None:
        return ok(_PROXIES, "none, and TLS ends here: a client is who connects")
    if is_loopback(server.listen.host):
        return ok(_PROXIES, f"none, and only this machine reaches {server.listen}")
    advice = "set server.tls; or put a proxy with TLS before it and name that here"
    return warn(_PROXIES, f"none, and {server.listen} is plain HTTP: secrets can be read", advice)


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
