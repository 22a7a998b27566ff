from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("live", "0002_words_of_the_admin")]

    operations = [
        migrations.CreateModel(
            name="Sign",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
