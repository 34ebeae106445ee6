"""Events → figures → metrics: each event once, under labels that strangers cannot make."""

from itertools import count

import orjson
import pytest
from prometheus_client.core import Metric

from gateway.core.model import Event, Outcome, Record, Value
from gateway.observe.outcomes import BUCKETS, LARGEST, LAST_EVENT, Counting, Figure, families

TAGS = {"transcode": "Transcode", "snapshot": "Snapshot"}
PROVIDERS = {"tencent-ci", "github"}
NOON = "2026-01-01T12:00:00.000000Z"
NOON_UNIX = 1767268800.0
_numbers = count(1)


def record(
    *,
    source: str = "media",
    tag: str = "Transcode",
    outcome: str = Outcome.SUCCESS,
    at: str = NOON,
    data: Value = None,
    json: bytes | None = None,
) -> Record:
    """One event of the journal; `data` beside its provider."""
    number = next(_numbers)
    document = {"data": {"provider": "tencent-ci", **(data or {})}}
    event = Event(f"{number:032x}", source, "t", "s", tag, outcome, json or orjson.dumps(document))
    return Record(number, at, event)


def job(**fields: Value) -> Value:
    """The data of a job event."""
    return {"job": fields}


def counted(*records: Record, figures: tuple[Figure, ...] = ()) -> dict[Figure, float]:
    """What they add, by figure."""
    return dict(Counting(TAGS, PROVIDERS, figures)(records).added)


def samples(figures: dict[Figure, float]) -> dict[tuple[str, ...], float]:
    """Name and label values → value, of all metrics."""
    every: list[Metric] = list(families(figures))
    return {(s.name, *s.labels.values()): s.value for family in every for s in family.samples}


def test_every_outcome_is_counted_under_its_labels() -> None:
    """Those of a workflow or moderation without a Tag; an event without an outcome is none."""
    found = counted(
        record(),
        record(),
        record(outcome=Outcome.FAILURE),
        record(tag="", data={"workflow": {}}),
        record(source="other", data={"provider": "github"}),
        record(outcome=""),
    )
    assert found == {
        ("job_outcomes", "media", "tencent-ci", "Transcode", "success"): 2,
        ("job_outcomes", "media", "tencent-ci", "Transcode", "failure"): 1,
        ("job_outcomes", "media", "tencent-ci", "", "success"): 1,
        ("job_outcomes", "other", "github", "Transcode", "success"): 1,
    }


@pytest.mark.parametrize("outcome", [o for o in Outcome if o not in ("running", "paused")])
def test_the_times_of_a_job_that_has_ended_are_counted(outcome: Outcome) -> None:
    """Each in the smallest bucket that holds it."""
    labels = ("media", "tencent-ci", "Transcode")
    found = counted(record(outcome=outcome, data=job(run_seconds=26.5, queue_seconds=0)))
    assert found == {
        ("job_outcomes", *labels, outcome): 1,
        ("job_run_seconds_bucket", *labels, "30.0"): 1,
        ("job_run_seconds_sum", *labels): 26.5,
        ("job_queue_seconds_bucket", *labels, "1.0"): 1,
        ("job_queue_seconds_sum", *labels): 0,
    }


@pytest.mark.parametrize("outcome", [Outcome.RUNNING, Outcome.PAUSED])
def test_a_job_that_goes_on_has_no_times_yet(outcome: Outcome) -> None:
    """Its last event tells them all."""
    found = counted(record(outcome=outcome, data=job(queue_seconds=3, run_seconds=2)))
    assert found == {("job_outcomes", "media", "tencent-ci", "Transcode", outcome): 1}


@pytest.mark.parametrize(
    "data",
    [
        {"job": "j1"},
        {"job": {"run_seconds": "5"}},
        {"job": {"run_seconds": None, "queue_seconds": -1}},
        {"job": [{"run_seconds": 5}]},
        {"detail": {"run_seconds": 5}},
    ],
)
def test_what_is_no_time_of_a_job_is_not_counted(data: Value) -> None:
    assert list(counted(record(data=data))) == [
        ("job_outcomes", "media", "tencent-ci", "Transcode", "success")
    ]


@pytest.mark.parametrize("json", [b"nonsense", b"[]", b'{"data": []}', b"{}", b"\xff"])
def test_an_event_that_cannot_be_read_holds_up_none_behind_it(json: bytes) -> None:
    """It is counted all the same, by what the journal knows of it."""
    found = counted(record(json=json), record())
    assert found == {
        ("job_outcomes", "media", "other", "Transcode", "success"): 1,
        ("job_outcomes", "media", "tencent-ci", "Transcode", "success"): 1,
    }


def test_strangers_make_no_labels() -> None:
    """Neither a Tag that no schema knows nor a provider that there is not."""
    found = counted(
        *(record(tag=tag) for tag in ("TRANSCODE", "transcode", "Strange", "Stranger")),
        *(record(data={"provider": name}) for name in ("x", "y", 7, {"a": 1})),
    )
    assert found == {
        ("job_outcomes", "media", "tencent-ci", "Transcode", "success"): 2,
        ("job_outcomes", "media", "tencent-ci", "other", "success"): 2,
        ("job_outcomes", "media", "other", "Transcode", "success"): 4,
    }


def test_tags_beyond_the_largest_number_of_combinations_are_one() -> None:
    """Also those that were counted in an earlier life; what is known stays as it is."""
    before = tuple(
        ("job_outcomes", f"s{number}", "tencent-ci", "Snapshot", "success")
        for number in range(LARGEST - 1)
    )
    found = counted(
        record(source="s0", tag="Snapshot"),
        record(source="last", tag="Snapshot"),
        record(source="last", tag="Transcode"),
        record(source="next", tag="Transcode"),
        record(source="next", tag="Snapshot"),
        figures=before,
    )
    assert found == {
        ("job_outcomes", "s0", "tencent-ci", "Snapshot", "success"): 1,
        ("job_outcomes", "last", "tencent-ci", "Snapshot", "success"): 1,
        ("job_outcomes", "last", "tencent-ci", "other", "success"): 1,
        ("job_outcomes", "next", "tencent-ci", "other", "success"): 2,
    }


def test_the_last_event_of_each_source_is_told() -> None:
    """Whatever order several processes wrote them in, and whether or not they tell an outcome."""
    earlier = "2026-01-01T11:00:00.000000Z"
    records = [
        record(),
        record(at=earlier),
        record(source="other", at=earlier, outcome=""),
    ]
    assert Counting(TAGS, PROVIDERS, ())(records).raised == {
        (LAST_EVENT, "media"): NOON_UNIX,
        (LAST_EVENT, "other"): NOON_UNIX - 3600,
    }


def test_figures_become_metrics() -> None:
    """Buckets are cumulative, and all are there."""
    labels = ("media", "tencent-ci", "Transcode")
    times = (0.5, 1, 1.5, 59, 28800, 28801)
    found = samples(counted(*(record(data=job(run_seconds=time)) for time in times)))
    assert found["job_outcomes_total", *labels, "success"] == 6
    buckets = {key[4]: value for key, value in found.items() if key[0] == "job_run_seconds_bucket"}
    assert len(buckets) == len(BUCKETS) + 1
    assert [buckets[bound] for bound in ("1.0", "2.0", "5.0", "60.0", "28800.0", "+Inf")] == [
        *(2, 3, 3, 4, 5, 6)
    ]
    assert found["job_run_seconds_count", *labels] == 6
    assert found["job_run_seconds_sum", *labels] == sum(times)
    assert [key for key in found if key[0].startswith("job_queue")] == []


def test_figures_that_were_counted_with_other_buckets_stay() -> None:
    """In the next one that there is today."""
    labels = ("media", "tencent-ci", "Transcode")
    name = "job_run_seconds_bucket"
    found = samples({(name, *labels, "3.0"): 1.0, (name, *labels, "50000.0"): 1.0})
    assert found["job_run_seconds_bucket", *labels, "2.0"] == 0
    assert found["job_run_seconds_bucket", *labels, "5.0"] == 1
    assert found["job_run_seconds_bucket", *labels, "+Inf"] == 2


def test_without_any_figure_there_is_no_sample() -> None:
    assert samples({}) == {}
