"""Management commands of the partners desk."""
