import json
from datetime import date

from django.db import migrations, models


def read_anew(apps, schema_editor):
    """Let all lists be read anew: which class an object is of, and whether its last day is its own, was not kept."""
    received = apps.get_model("partners", "ReceivedObject")
    notices = apps.get_model("partners", "Notice").objects.filter(own=False, kind="shortening", outcome="shortened")
    for notice in notices.iterator():
        until = notice.body["until"]
        rows = received.objects.filter(agreement__partner=notice.partner_id, stix_id=notice.object)
        rows.filter(handling__contains=f'"keep_until":"{until}"').update(ends=date.fromisoformat(until))
    apps.get_model("partners", "Poll").objects.update(after="")


def keep_no_more_than_that_it_was_here(apps, schema_editor):
    """Remove what stayed of objects that were called back, as `dragoman.node.partners.erasing` does it.

    Of a notice that waits to be carried out, the object still says which record is to be taken out of the list.
    """
    waiting = apps.get_model("partners", "Notice").objects.filter(own=False, done__isnull=True).values("object")
    kept = ("type", "spec_version", "id", "created", "modified", "identity_class", "object_marking_refs")
    called_back = apps.get_model("partners", "ReceivedObject").objects.filter(revoked=True)
    for row in called_back.exclude(stix_id__in=waiting).exclude(type__endswith="-definition").iterator():
        thing = json.loads(row.content)
        if not thing.get("revoked"):  # else the partner withdrew it, and it says no more than that
            row.content = " " + json.dumps({key: thing[key] for key in kept if key in thing})
            row.save(update_fields=["content"])


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0004_going_on"),
    ]

    operations = [
        migrations.AddField(
            model_name="poll",
            name="confirmed",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="receivedobject",
            name="data_class",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="receivedobject",
            name="ends",
            field=models.DateField(null=True),
        ),
        migrations.RunPython(read_anew, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(keep_no_more_than_that_it_was_here, migrations.RunPython.noop, elidable=True),
    ]
