"""The stage between pipeline and journal: what is kept, held and refused, and what is asked."""

import asyncio
import json
from dataclasses import replace
from typing import Final

import pytest
from msgspec import structs

from gateway.confirm.answer import Reading, Reply, Unanswered
from gateway.confirm.query import Places, Question
from gateway.confirm.stage import Ask, Bounds, Stage, Unavailable
from gateway.core.errors import Reason, Refused
from gateway.core.model import Document, Value
from gateway.core.pipeline import Receipted, Source, process
from tests.confirm.ci import answer
from tests.intake.port import until
from tests.sources import OPEN, as_json, callback, job, normalizer

ORIGIN: Final = "https://ci.example"
INPUT: Final = {"BucketId": "test-123456789", "Region": "ap-chongqing", "Object": "a.mp4"}
ONE_BUCKET: Final = {"test-123456789": "ap-chongqing"}
_BOUNDS: Final = Bounds(1.0, 100)


class Asked:
    """Answers from a table, by path; else that there is no such job."""

    def __init__(self, answers: dict[str, Reply | Exception] | None = None) -> None:
        self.answers = answers or {}
        self.questions: list[Question] = []

    async def __call__(self, question: Question) -> Reply:
        self.questions.append(question)
        missing = answer({"NonExistJobIds": question.path.rpartition("/")[2]})
        found = self.answers.get(question.origin + question.path, Reply(200, missing))
        if isinstance(found, Exception):
            raise found
        return found


def stage(
    ask: Ask,
    *,
    unavailable: Unavailable = Unavailable.HOLD,
    regions: dict[str, str] = ONE_BUCKET,
    bounds: Bounds = _BOUNDS,
) -> Stage:
    """A stage of a source without redaction."""
    places = Places(regions, ORIGIN if len(regions) == 1 else "https://{bucket}")
    reading = Reading(normalizer())
    return Stage(ask, reading, places=places, bounds=bounds, unavailable=unavailable)


def media(**fields: Value) -> Document:
    """A transcoding that has ended."""
    return job(**({"Tag": "Transcode", "Input": INPUT} | fields))


def told(document: Document) -> Reply:
    """An answer that tells the same."""
    return Reply(200, answer({"JobsDetail": document["JobsDetail"]}))


async def received(document: Document, confirm: Stage) -> Receipted:
    """What is made durable of a callback with `document`."""
    source: Source = replace(OPEN, confirm=confirm)
    return await confirm(process(callback(as_json(document)), source))


def verified_by(made: Receipted) -> tuple[str, set[str]]:
    """As the journal and as the events have it."""
    return made.entry.verified_by, {
        json.loads(event.json)["verifiedby"] for event in made.entry.events
    }


def reason(made: Receipted) -> tuple[Reason, str]:
    """Why nothing is published."""
    assert made.entry.events == ()
    assert made.entry.quarantine is not None
    return made.entry.quarantine.reason, made.entry.quarantine.detail


def test_without_the_stage_nothing_is_published() -> None:
    """Whoever forgets it, in a retry for example, has a quarantined callback."""
    made = process(callback(as_json(media())), replace(OPEN, confirm=stage(Asked())))
    assert reason(made) == (Reason.UNCONFIRMED, "nobody has confirmed it")
    assert made.held is not None
    assert len(made.held.events) == 1


async def test_a_confirmed_event_says_so() -> None:
    """All else of it is as without the stage."""
    made = await received(media(), stage(Asked({f"{ORIGIN}/jobs/j1": told(media())})))
    assert verified_by(made) == ("token,confirmed", {"token,confirmed"})
    assert made.held is None
    assert [proof.check for proof in made.proofs] == ["token", "confirm"]
    without = process(callback(as_json(media())), OPEN)
    (event,), (plain,) = made.entry.events, without.entry.events
    assert list(json.loads(event.json)) == list(json.loads(plain.json))
    assert event.json.replace(b"token,confirmed", b"token") == plain.json
    assert structs.replace(event, json=b"") == structs.replace(plain, json=b"")
    assert structs.replace(made.entry, events=(), verified_by="") == structs.replace(
        without.entry, events=(), verified_by=""
    )


async def test_a_contradicted_callback_is_refused() -> None:
    """As by any check; nothing of the answer is told."""
    confirm = stage(Asked({f"{ORIGIN}/jobs/j1": told(media(State="Failed"))}))
    with pytest.raises(Refused, match="CI tells another outcome") as refused:
        await received(media(), confirm)
    assert (refused.value.check, refused.value.status) == ("confirm", 401)


async def test_a_job_that_does_not_exist_is_refused() -> None:
    """And so is one of another bucket, which is not asked about at all."""
    asked = Asked()
    with pytest.raises(Refused, match="no such job"):
        await received(media(), stage(asked))
    with pytest.raises(Refused, match="not listed"):
        await received(media(Input=INPUT | {"BucketId": "evil-1"}), stage(asked))
    assert asked.questions == [Question(ORIGIN, "/jobs/j1")]


@pytest.mark.parametrize(
    "reply", [Unanswered("CI cannot be reached: ClientError"), Reply(503, b"<a/>")]
)
async def test_without_an_answer_the_callback_is_held(reply: Reply | Exception) -> None:
    """Its bytes are in quarantine, where it can be tried again."""
    made = await received(media(), stage(Asked({f"{ORIGIN}/jobs/j1": reply})))
    detail = str(reply) if isinstance(reply, Exception) else "CI answered 503"
    assert reason(made) == (Reason.UNCONFIRMED, detail)
    assert made.entry.body == as_json(media())
    assert made.entry.verified_by == "token"


async def test_without_an_answer_it_may_be_accepted_as_unconfirmed() -> None:
    """The consumer sees it."""
    asked = Asked({f"{ORIGIN}/jobs/j1": Unanswered("CI cannot be reached: ClientError")})
    made = await received(media(), stage(asked, unavailable=Unavailable.ACCEPT))
    assert verified_by(made) == ("token,unconfirmed", {"token,unconfirmed"})
    assert [proof.check for proof in made.proofs] == ["token", "unconfirmed"]


@pytest.mark.parametrize("unavailable", Unavailable)
@pytest.mark.parametrize(
    ("document", "detail"),
    [
        (media(), "CI does not say yet that the job has ended"),
        (media(JobId="j1/../x"), "CI cannot be asked about it"),
        ({"EventName": "Something"}, "CI cannot be asked about it"),
    ],
)
async def test_what_ci_answers_but_does_not_confirm_is_never_accepted(
    document: Document, detail: str, unavailable: Unavailable
) -> None:
    """A running job that is said to have ended would be a forgery worth its while."""
    asked = Asked({f"{ORIGIN}/jobs/j1": told(media(State="Running"))})
    made = await received(document, stage(asked, unavailable=unavailable))
    assert reason(made) == (Reason.UNCONFIRMED, detail)


async def test_one_event_of_several_decides_for_all() -> None:
    """They are accepted or refused together; the gravest counts."""
    jobs = [media(JobId=f"j{number}")["JobsDetail"] for number in range(3)]
    document = {"EventName": "TaskFinish", "JobsDetail": jobs}
    paths = [f"{ORIGIN}/jobs/j{number}" for number in range(3)]
    answers: dict[str, Reply | Exception] = {
        path: Reply(200, answer({"JobsDetail": each}))
        for path, each in zip(paths, jobs, strict=True)
    }
    assert verified_by(await received(document, stage(Asked(answers))))[0] == "token,confirmed"
    answers[paths[1]] = Unanswered("gone")
    assert reason(await received(document, stage(Asked(answers))))[1] == "gone"
    answers[paths[2]] = told(media(JobId="j2", State="Failed"))
    with pytest.raises(Refused):
        await received(document, stage(Asked(answers)))


async def test_a_callback_costs_a_bounded_number_of_questions() -> None:
    """A sender may put any number of jobs into one."""
    jobs = [media(JobId=f"j{number}")["JobsDetail"] for number in range(21)]
    asked = Asked()
    made = await received({"EventName": "TaskFinish", "JobsDetail": jobs}, stage(asked))
    assert reason(made)[1] == "CI is not asked more than 20 questions at once"
    assert asked.questions == []


async def test_a_job_of_unknown_bucket_is_looked_for_in_all() -> None:
    """The first that knows it decides; it is missing only where all have said so."""
    document = media(Tag="Tts", Input=None)
    regions = {"a-1": "ap-beijing", "b-1": "ap-beijing"}
    found = Asked({"https://b-1/jobs/j1": told(document)})
    assert verified_by(await received(document, stage(found, regions=regions)))[0] == (
        "token,confirmed"
    )
    assert [question.origin for question in found.questions] == ["https://a-1", "https://b-1"]
    gone: dict[str, Reply | Exception] = {"https://a-1/jobs/j1": Unanswered("gone")}
    assert reason(await received(document, stage(Asked(gone), regions=regions)))[1] == "gone"
    with pytest.raises(Refused, match="no such job"):
        await received(document, stage(Asked(), regions=regions))


async def test_what_was_confirmed_is_not_asked_again() -> None:
    """The same callback, that is: anything else said of the job is asked about."""
    asked = Asked({f"{ORIGIN}/jobs/j1": told(media())})
    confirm = stage(asked)
    for _ in range(3):
        assert verified_by(await received(media(), confirm))[0] == "token,confirmed"
    assert len(asked.questions) == 1
    with pytest.raises(Refused):
        await received(media(State="Failed"), confirm)
    await received(media(Message="another"), confirm)
    assert len(asked.questions) == 3


async def test_only_so_much_is_remembered_and_no_failure_is() -> None:
    """The oldest is forgotten first."""
    answers: dict[str, Reply | Exception] = {
        f"{ORIGIN}/jobs/j{number}": told(media(JobId=f"j{number}")) for number in range(3)
    }
    asked = Asked(answers)
    confirm = stage(asked, bounds=Bounds(1.0, 2))
    for number in (0, 1, 2, 2, 1, 0):
        await received(media(JobId=f"j{number}"), confirm)
    assert [question.path[-1] for question in asked.questions] == ["0", "1", "2", "0"]
    asked.answers = {f"{ORIGIN}/jobs/j5": Unanswered("gone")}
    for _ in range(2):
        await received(media(JobId="j5"), confirm)
    assert len(asked.questions) == 6


class Silent:
    """Never answers."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, question: Question) -> Reply:
        self.asked += 1
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_slow_answer_is_none() -> None:
    """The sender waits meanwhile."""
    made = await received(media(), stage(Silent(), bounds=Bounds(0.01, 10)))
    assert reason(made)[1] == "CI has not answered within 0.01 s"


async def test_a_crowd_does_not_wait() -> None:
    """Each that waits holds its body: beyond a number nobody else is let in."""
    silent = Silent()
    confirm = stage(silent, bounds=Bounds(30.0, 10))
    waiting = [
        asyncio.create_task(received(media(JobId=f"j{number}"), confirm)) for number in range(500)
    ]
    await until(lambda: silent.asked == 500)
    assert reason(await received(media(), confirm))[1] == "too many callbacks wait for CI"
    for each in waiting:
        each.cancel()
    await asyncio.wait(waiting)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await received(media(), confirm)
    assert silent.asked == 501


async def test_other_quarantined_callbacks_are_left_alone() -> None:
    """What is not readable claims nothing."""
    asked = Asked()
    confirm = stage(asked)
    made = await confirm(process(callback(b"<a>"), replace(OPEN, confirm=confirm)))
    assert reason(made)[0] is Reason.MALFORMED_XML
    assert asked.questions == []


async def test_silence_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """And its end; each refusal is, since a 401 does not say why."""
    asked = Asked({f"{ORIGIN}/jobs/j1": Unanswered("gone")})
    confirm = stage(asked)
    caplog.set_level("INFO", logger="gateway.confirm.stage")
    await received(media(), confirm)
    await received(media(), confirm)
    asked.answers = {}
    with pytest.raises(Refused):
        await received(media(), confirm)
    assert [record.getMessage() for record in caplog.records] == [
        "confirm: hold: gone",
        "confirm: CI answers again",
        "confirm: a callback is refused: CI knows no such job",
    ]
