"""Background jobs: progress, cancelling, resuming."""
