"""The log of looks at contact data becomes the log of every reading: files and answers of the API stand in it too."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

KINDS = [("contact", "Xem thông tin người phản ánh"), ("file", "Tải tệp"), ("api", "Đọc qua API")]


class Migration(migrations.Migration):
    dependencies = [("feedback", "0038_rated_twice")]

    operations = [
        migrations.RenameModel("ContactView", "Reading"),
        migrations.AlterModelOptions("reading", {"verbose_name": "lần đọc dữ liệu", "verbose_name_plural": "nhật ký đọc dữ liệu"}),
        migrations.AddField("reading", "kind", models.CharField(choices=KINDS, db_default="contact", default="contact", max_length=8)),
        migrations.AddField("reading", "asked", models.TextField(blank=True, db_default="")),
        migrations.AddField("reading", "rows", models.PositiveIntegerField(null=True)),
        migrations.AddField("reading", "address", models.GenericIPAddressField(null=True)),
        migrations.AlterField("reading", "reason", models.CharField(blank=True, db_default="", max_length=120)),
        migrations.AlterField("reading", "ticket", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="feedback.ticket")),
        migrations.AddIndex("reading", django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["at"], name="reading_at")),
    ]
