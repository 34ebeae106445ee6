"""The API against its own document: schemathesis makes requests, right and wrong ones.

Every answer must be one that the document has, and nothing may be a bug. The stream is left out: it
does not end.
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import settings as options

from gateway.admin.openapi import DOCUMENT
from tests.admin.operated import TOKENS, Said, bearer, configured, fill
from tests.admin.test_browser import served

EXAMPLES: Final = 8
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT).exclude(path="/events/stream")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of the API over a small journal."""
    settings = configured(tmp_path_factory.mktemp("openapi"))
    fill(settings.journal.path)
    with served(settings, Said(), tokens=TOKENS) as found:
        yield f"{found}/api/v1"


@SCHEMA.parametrize()
@options(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_of_the_document(case: schemathesis.Case[Any], address: str) -> None:
    case.call_and_validate(base_url=address, headers=dict(bearer(TOKENS[0])))
