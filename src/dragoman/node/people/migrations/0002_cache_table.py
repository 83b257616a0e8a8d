"""The table of the cache: failed sign-ins are counted in it, by all processes alike."""

from __future__ import annotations

from django.core.management import call_command
from django.db import migrations


def make(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_first")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
