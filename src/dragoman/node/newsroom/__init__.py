"""Reports, and the candidate records in them."""
