"""One scheme for names on every catalogue row: `name_vi`, `name_en`; `.name` is the one in the language in force."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("districts", "0001_units")]
    operations = [
        migrations.RenameField("unit", "name", "name_vi"),
        migrations.RenameField("unit", "short_name", "short_name_vi"),
    ]
