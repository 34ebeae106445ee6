"""Hostile input, proved: mutated callbacks against a gateway in processes of its own, over HTTP."""
