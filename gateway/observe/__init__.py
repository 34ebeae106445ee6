"""What operators see: metrics, log lines, health, on a port of their own."""
