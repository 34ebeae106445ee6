"""The operators' page: HTTP → the desk → HTML, rendered here; scripts only add what is live."""
