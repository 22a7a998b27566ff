"""What figures are read from: narrow rollups per unit (the city is a unit row).

Only `dashboards.figures.fold` writes rollups. Days and hours are local to the city; an hour row carries the instant at
which that clock hour began.
"""

from django.db import models

from districts.models import Unit


class Rollup(models.Model):
    """Sums that the fold keeps. The unique key leads with the unit, then time, as every screen asks.

    Their units are the tickets' units, which the database checks there; checking each sum again took a fifth of a
    rebuild.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)

    class Meta:
        abstract = True


class UnitHour(Rollup):
    hour = models.DateTimeField()
    received = models.IntegerField(default=0)
    resolved = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "hour"], name="unit_hour_key")]


class UnitDay(Rollup):
    day = models.DateField()
    received = models.IntegerField(default=0)
    self_received = models.IntegerField(default=0, db_default=0)  # of those: the unit recorded them itself
    resolved = models.IntegerField(default=0)
    reopened = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    rated = models.IntegerField(default=0)
    satisfied = models.IntegerField(default=0)
    score_sum = models.IntegerField(default=0)
    handled_minutes = models.BigIntegerField(default=0, db_default=0)  # working minutes of what was resolved
    stopped_minutes = models.BigIntegerField(default=0, db_default=0)  # beside them: the clock stood

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "day"], name="unit_day_key")]
        indexes = [models.Index(fields=["day"], name="unit_day_by_day")]


class CategoryDay(Rollup):
    category_id = models.BigIntegerField()
    day = models.DateField()
    received = models.IntegerField(default=0)
    resolved = models.IntegerField(default=0)
    due = models.IntegerField(default=0, db_default=0)
    met = models.IntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "day", "category_id"], name="category_day_key")]


class ChannelDay(Rollup):
    channel_id = models.BigIntegerField()
    day = models.DateField()
    received = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "day", "channel_id"], name="channel_day_key")]


class DurationDay(Rollup):
    """Histograms of durations that ended on a day (`contribution.EDGES`): of handling and of accepting in working
    minutes, of forwarding in minutes of the clock."""

    kind = models.CharField(max_length=10, default="handling", db_default="handling")
    day = models.DateField()
    bin = models.SmallIntegerField()
    tickets = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "kind", "day", "bin"], name="duration_day_key")]


class PromiseDay(Rollup):
    """Promises by kind and the local day they fall due. Days after yesterday are provisional: today is cut live."""

    kind = models.CharField(max_length=10, default="result", db_default="result")
    day = models.DateField()
    due = models.IntegerField(default=0)
    met = models.IntegerField(default=0)
    self_due = models.IntegerField(default=0, db_default=0)  # of tickets that the unit recorded itself: apart
    self_met = models.IntegerField(default=0, db_default=0)
    first_due = models.IntegerField(default=0, db_default=0)  # by the citizen's first date, without extensions
    first_met = models.IntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "kind", "day"], name="promise_kind_day_key")]
        indexes = [models.Index(fields=["day"], name="promise_day_by_day")]


class RollupShape(models.Model):
    """One row: the shape (`figures.rollups.SHAPE`) in which the rollups were last built from the tickets."""

    number = models.PositiveSmallIntegerField()
    built_at = models.DateTimeField(auto_now=True)
