"""Drafts that claim something → the vendor's own word on it: confirmed, refuted, or not known.

Tencent CI signs no callback, but answers who asks it about a job. `q_sign` and `query` are pure:
how a question is signed and where it goes, `answer` what an answer means; `client` asks, and
`stage` stands between the pipeline and the journal.
"""
