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
    ]
