"""What operators ask, by command, page or API → the journal's answer; in whatever process asks."""
