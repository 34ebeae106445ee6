"""nginx and HAProxy, as deployed, where no gateway is there. Before gateways: `test_scaling`."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.broker.certificates import certificates
from tests.broker.kafka import free_port
from tests.deploy.balancers import BALANCERS, DEPLOY, balancer, program, writing_below
from tests.e2e.gateway import TOKEN, Gateway, callback, request

VALID = "Configuration file is valid\n"


@pytest.mark.parametrize("name", BALANCERS)
def test_a_callback_that_no_gateway_takes_is_an_error_whose_log_has_no_secret(
    name: str, tmp_path: Path
) -> None:
    gateways = [Gateway(tmp_path, {}, {}), Gateway(tmp_path, {}, {})]
    for gateway in gateways:
        gateway.port, gateway.admin_port = free_port(), free_port()
    with balancer(name, tmp_path, gateways) as before:
        reply = request(before.port, "POST", gateways[0].path, callback("j1"))
    assert reply.status in {502, 503}
    assert TOKEN not in before.log.read_text()


@pytest.mark.parametrize(
    ("name", "file", "certificate", "command"),
    [
        ("nginx", "nginx.conf", "/etc/nginx/tls/server.", ["-t", "-q", "-e", "stderr", "-c"]),
        ("haproxy", "haproxy.cfg", "/etc/haproxy/server.", ["-c", "-f"]),
    ],
)
def test_it_finds_no_mistake_in_its_configuration(
    name: str, file: str, certificate: str, command: list[str], tmp_path: Path
) -> None:
    """As it is deployed, with TLS, but for the gateways' names and the folders of this machine."""
    server = certificates(tmp_path, "authority").server
    text = re.sub(rf"{certificate}(pem|key)", str(server), (DEPLOY / file).read_text())
    text = text.replace("gateway-1:", "127.0.0.1:").replace("gateway-2:", "127.0.0.2:")
    configuration = tmp_path / file
    configuration.write_text(writing_below(tmp_path, text) if name == "nginx" else text)
    check = [program(name), *command, str(configuration)]
    done = subprocess.run(check, capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) in {(0, ""), (0, VALID)}
