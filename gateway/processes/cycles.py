"""The collector of cycles, told what needs no look: everybody waits while it looks.

A process that imports much turns it off (`gc.disable`) until it settles: none of that is garbage,
and looking for some takes a tenth of the time.
"""

import gc


def settle() -> None:
    """What is there now stays for the process's life: a full collection passes over it."""
    gc.collect()
    gc.freeze()
    gc.enable()


def tame() -> None:
    """`settle`, for a receiver: documents hold no cycles and die by their reference counts; walking
    them costs 10 %."""
    settle()
    gc.set_threshold(50_000, 20, 50)
