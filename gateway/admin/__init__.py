"""The API of the operators' port: HTTP → what the journal knows and what to do with it."""
