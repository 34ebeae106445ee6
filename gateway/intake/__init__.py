"""The aiohttp edge: a request becomes a Callback, what became of it becomes a response."""
