"""What operators watch goes on where it was, whatever becomes of the processes that count."""

import os
import signal
from pathlib import Path

import pytest

from tests.broker.waiting import until
from tests.e2e.fixtures import NewGateway
from tests.e2e.gateway import Gateway, callback, is_alive
from tests.observe.observed import total
from tests.sources import NAME, PROVIDER

LAST = "gateway_source_last_callback_timestamp_seconds"
SILENT = "gateway_source_silent"
ACCEPTED = {"source": NAME, "result": "accepted", "reason": ""}
SOURCE = {"provider": PROVIDER, "verify": [{"token": {"secrets": ["env:CI_TOKEN"]}}]}


@pytest.fixture
def watched(new_gateway: NewGateway) -> Gateway:
    """A running gateway with sources of which something is expected, and one of which not."""
    expected = {NAME: "1s", "broken": "1h", "never": "1h"}
    sources = {name: {**SOURCE, "expect_every": each} for name, each in expected.items()}
    made = new_gateway({"sources": {**sources, "seldom": SOURCE}})
    made.start()
    return made


def until_counted(gateway: Gateway, *, success: int, failure: int = 0) -> None:
    """Return once so many outcomes are counted."""
    wanted = {"success": success, "failure": failure}

    def found() -> dict[str, float]:
        samples = gateway.metrics()
        return {each: total(samples, "job_outcomes_total", outcome=each) for each in wanted}

    until(lambda: found() == wanted)


def until_accepted(gateway: Gateway, count: int) -> None:
    """Send one more callback, and return once so many are counted."""
    assert gateway.post(callback("j", count)).status == 200
    until(lambda: gateway.metric("gateway_callbacks_total", **ACCEPTED) == count)


def last_callbacks(gateway: Gateway) -> dict[str, float]:
    """When each source was last heard of."""
    samples = gateway.metrics().items()
    return {dict(has)["source"]: value for (name, has), value in samples if name == LAST}


def silences(gateway: Gateway) -> dict[str, float]:
    """Whether each source is silent."""
    samples = gateway.metrics().items()
    return {dict(has)["source"]: value for (name, has), value in samples if name == SILENT}


def files(gateway: Gateway) -> list[Path]:
    """Those that the processes of this life, and of any other, count in."""
    return sorted(gateway.folder.glob("gateway-metrics-*/*.db"))


def test_a_kill_takes_back_no_outcome_and_no_last_callback_and_leaves_no_file(
    watched: Gateway,
) -> None:
    """An event, a repeat of it and a body for the quarantine, then SIGKILL and a new start."""
    for number in range(3):
        assert watched.post(callback("j", number)).status == 200
        assert watched.post(callback("j", number)).document["status"] == "duplicate"
    broken = watched.path.replace(NAME, "broken")
    assert watched.post(b"<a>", path=broken).document["status"] == "quarantined"
    until_counted(watched, success=3)
    before = last_callbacks(watched)
    left = files(watched)
    watched.post(callback("j", 3, state="Failed"))
    watched.kill()  # it may have been counted already
    watched.start()
    until_counted(watched, success=3, failure=1)
    assert watched.post(callback("j", 0)).document["status"] == "duplicate"
    watched.post(callback("j", 4))
    until_counted(watched, success=4, failure=1)
    assert before.keys() == {NAME, "broken"}
    assert abs(last_callbacks(watched)["broken"] - before["broken"]) < 1
    assert set(left).isdisjoint(files(watched))
    until(lambda: silences(watched) == {NAME: 1, "broken": 0, "never": 0})
    watched.post(callback("j", 0))
    until(lambda: silences(watched)[NAME] == 0)
    assert watched.stop() == 0
    assert files(watched) == []


def test_counts_of_a_receiver_that_dies_go_on_in_the_next(gateway: Gateway) -> None:
    """In the same files: a crash loop costs no disk, and no figure goes back."""
    until_accepted(gateway, 1)
    for deaths in (1, 2):
        receiver = gateway.child("receiver")
        os.kill(receiver, signal.SIGKILL)
        until(lambda pid=receiver: not is_alive(pid))  # type: ignore[misc]
        until(lambda: gateway.ask("/readyz").status == 200)
        assert gateway.metric("gateway_callbacks_total", **ACCEPTED) == deaths
        until_accepted(gateway, deaths + 1)
        assert gateway.metric("gateway_callback_seconds_count", source=NAME) == deaths + 1
    assert {file.stem.split("_")[-1] for file in files(gateway)} == {"MainProcess", "receiver-0"}


def test_a_new_configuration_says_anew_who_should_be_heard_of(gateway: Gateway) -> None:
    """From the next scrape on."""
    assert silences(gateway) == {}
    gateway.settings["sources"] = {NAME: {**SOURCE, "expect_every": "1ms"}}
    gateway.write()
    gateway.signal(signal.SIGHUP)
    until(lambda: silences(gateway) == {NAME: 1})


def test_a_process_that_has_just_begun_to_count_disturbs_no_scrape(gateway: Gateway) -> None:
    """Its file is empty for a moment, or longer where it was killed in that one."""
    (folder,) = gateway.folder.glob("gateway-metrics-*")
    (folder / "counter_receiver-7.db").touch()
    (folder / "histogram_receiver-7.db").touch()
    assert gateway.ask("/metrics").status == 200
