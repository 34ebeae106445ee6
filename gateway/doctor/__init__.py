"""A configuration and the machine it is for → findings: what is well, what is not, what to do."""
