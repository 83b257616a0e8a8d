"""The database itself refuses to change or delete rows of the journal."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from dragoman.node.journal import guard


def put_in(apps: Any, schema_editor: Any) -> None:
    for statement in guard.creation(schema_editor.connection):
        schema_editor.execute(statement)


def take_out(apps: Any, schema_editor: Any) -> None:
    for statement in guard.removal(schema_editor.connection):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_first")]
    operations = [migrations.RunPython(put_in, take_out)]
