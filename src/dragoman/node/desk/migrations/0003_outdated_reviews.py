"""Which reviews no longer count is kept with them; it was read from moments, which a clock that jumps mixes up."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import F


def mark(apps: Any, _: Any) -> None:
    """Mark the reviews of hits that came back to the queue after them."""
    review = apps.get_model("desk", "Review").objects
    before = review.filter(hit__reopened_at__isnull=False, at__lt=F("hit__reopened_at"))
    review.filter(pk__in=list(before.values_list("pk", flat=True))).update(outdated=True)


class Migration(migrations.Migration):
    dependencies = [("desk", "0002_assignment")]

    operations = [
        migrations.AddField(
            model_name="review",
            name="outdated",
            field=models.BooleanField(default=False, help_text="The facts changed since: it no longer counts."),
        ),
        migrations.AlterField(
            model_name="hit",
            name="reopened_at",
            field=models.DateTimeField(help_text="When it last came back to the queue.", null=True),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
