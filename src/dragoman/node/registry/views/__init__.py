"""The pages of lists, records and subjects."""
