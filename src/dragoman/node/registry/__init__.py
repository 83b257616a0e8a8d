"""Sources, list versions, records and statements, subjects."""
