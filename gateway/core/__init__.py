"""The pure part: bytes in, events or one of our errors out. No I/O, clock, logging or metrics."""
