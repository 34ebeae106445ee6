"""The callback gateway: receives callbacks, verifies, normalizes, journals and publishes them."""
