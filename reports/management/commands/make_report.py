"""`manage.py make_report TYPE --period 2026-10 [--unit CODE] [--draft]`: the reports of a period now, released at once
or left open to remarks."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from districts.models import Unit
from indicators import owed
from reports import collecting, editions
from reports.asked import Run
from reports.models import Edition, ReportType


class Command(BaseCommand):
    help = "Make the reports of a period that are not there yet: the city's and its units', or one unit's."

    def add_arguments(self, parser):
        parser.add_argument("type")
        parser.add_argument("--period", required=True, help="2026-10, 2026-Q3, 2026-W41, 2026 …, as the type has them")
        parser.add_argument("--draft", action="store_true", help="open to remarks, as its type says")
        parser.add_argument("--unit", help="the code of one unit, or of the city")

    def handle(self, *args, period, unit, draft, **options):
        type_ = ReportType.objects.filter(code=options["type"]).first()
        if type_ is None:
            known = ", ".join(ReportType.objects.values_list("code", flat=True))
            raise CommandError(f"no type of report {options['type']!r}; there are: {known}")
        try:
            chosen = owed.rule().parse(type_.period_kind, period)
        except ValueError as exc:
            raise CommandError(str(exc)) from exc
        now = timezone.now()
        if collecting.cut_off(type_, chosen) > now:
            raise CommandError(f"the figures of {chosen} are not cut off before {collecting.cut_off(type_, chosen)}")
        run = Run(type_, chosen, collecting.cut_off(type_, chosen))
        made = [editions.make(run, one, now, released=not draft) for one in self._units(run, unit)]
        if not draft:  # one that waited for remarks goes out as it is
            waiting = [one.pk for one in made if one and one.state == Edition.State.DRAFT]
            made = [editions.release(one.pk, now) or one if one and one.pk in waiting else one for one in made]
        failed = [one for one in made if one and one.state == Edition.State.FAILED]
        for one in made:
            if one:
                self.stdout.write(f"{one.pk} {one.unit.code} {one.state} {one.digest[:12]} {one.problem}".rstrip())
        if failed:
            raise CommandError(f"{len(failed)} of {len(made)} could not be made")

    def _units(self, run: Run, code: str | None) -> list[Unit]:
        there = editions.scopes(run, Unit.objects.city())
        if code is None:
            return there
        chosen = [one for one in there if one.code == code]
        if not chosen:
            raise CommandError(f"no report of this type for a unit {code!r}")
        return chosen
