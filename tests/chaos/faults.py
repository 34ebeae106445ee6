"""Each kind of fault → what is done. A deed returns when it began to make good what it did."""

from collections.abc import Mapping
from typing import Final

from tests.chaos import brokers, ground, processes
from tests.chaos.kinds import Kind
from tests.chaos.processes import Deed

DEEDS: Final[Mapping[Kind, Deed]] = {**processes.DEEDS, **brokers.DEEDS, **ground.DEEDS}
