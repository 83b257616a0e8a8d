"""One agency's node: a Django project that keeps lists, people, screenings, hits, reviews and the journal.

Each desk is an app with its own models, views, templates and access rules (`access.yaml`). What they share is small:
`settings` (all of it from the environment), `access` (who may call which route), `api` (the JSON API, joined from the
apps' own), `templates` and `front` (the look). Nothing here is imported by the rooms below.
"""
