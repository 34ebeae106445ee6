"""The checks: one file each, options → a pure function that proves one thing or refuses."""
