"""Where the vendor's own pages, examples and wire forms disagree: the tables of the tests.

What is a disagreement of requests or queries alone is not here.
"""

from typing import Final

from tests.providers.tencent_ci.inconsistencies.envelope import ENVELOPE
from tests.providers.tencent_ci.inconsistencies.forms import EMPTY, TYPES
from tests.providers.tencent_ci.inconsistencies.meanings import MEANINGS
from tests.providers.tencent_ci.inconsistencies.moments import DESCRIPTIONS, STATES, TIMES
from tests.providers.tencent_ci.inconsistencies.names import NAMES
from tests.providers.tencent_ci.inconsistencies.row import Row
from tests.providers.tencent_ci.inconsistencies.values import VALUES

ROWS: Final[list[Row]] = [
    *ENVELOPE,
    *NAMES,
    *MEANINGS,
    *EMPTY,
    *TYPES,
    *VALUES,
    *TIMES,
    *STATES,
    *DESCRIPTIONS,
]
