"""The commands behind `gateway`, one file for each family."""
