"""The code → its reference page: settings, commands, answers, metrics, as they are.

`python -m gateway.manual` writes `deploy/docs/reference.md` of a checkout; a test fails when the
file is not what would be written.
"""
