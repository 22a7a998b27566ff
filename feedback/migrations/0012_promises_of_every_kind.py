"""A promise has a kind, a first date and may not count; one table for each transaction, as the verbs write."""

from django.db import migrations, models

KINDS = [
    ("result", "Trả lời người dân"),
    ("forward", "Phân loại và chuyển"),
    ("clarify", "Xác định thẩm quyền"),
    ("directed", "Sau chỉ đạo của lãnh đạo"),
    ("handover", "Còn ít nhất để hạn đi theo khi chuyển đơn vị"),
    ("waiting", "Chờ người dân tối đa"),
    ("extension", "Gia hạn tối đa"),
    ("undo_merge", "Bỏ gộp trong vòng"),
    ("reopening", "Mở lại trong vòng"),
]


class Migration(migrations.Migration):
    dependencies = [("feedback", "0011_lists_of_an_area")]
    operations = [
        migrations.AlterField("deadlinerule", "kind", models.CharField("Loại hạn", max_length=10, choices=KINDS)),
        migrations.AddField("promise", "kind", models.CharField(
            max_length=10, choices=KINDS, default="result", db_default="result")),
        migrations.AddField("promise", "counts", models.BooleanField(default=True, db_default=True)),
        migrations.AddField("promise", "first_due_at", models.DateTimeField(null=True)),
        migrations.AddField("promise", "stopped_minutes", models.PositiveIntegerField(default=0, db_default=0)),
    ]
