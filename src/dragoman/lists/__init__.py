"""The lists: one reader a publisher, versions that are kept, and what changed between them.

Importing this package imports none of the readers; `catalogue` finds them by name or by content.
"""
