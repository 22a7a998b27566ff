"""What changed since a place in the journal: how another system keeps its store equal to ours."""

from django.utils.translation import gettext as _
from rest_framework.response import Response

from feedback import access, journal
from feedback.api import asked, representation
from feedback.api.reading import Readable
from feedback.models import JournalEntry, Ticket
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.api.problems import Problem
from hcmc_ioc.lib.api.views import require
from hcmc_ioc.lib.cursors import Cursor, Unknown

LOOKED_AT = 2000  # entries; those of others are passed over, so a page may be short and more may follow


class Changes(Readable):
    def get(self, request) -> Response:
        """Tickets that changed behind the cursor `since`, each once, as it stands now; one that is the caller's no more
        as `{"code", "version", "left": true}`. Without `since` nothing but the cursor of this moment: take it, read
        all tickets, then ask from it on. 410 where the cursor is too old: read all again."""
        require(access.may(self.actor, "view"), "tickets:read")
        if "since" not in request.query_params:
            return Response({"results": [], "cursor": journal.end().encoded(), "more": False})
        limit = asked.limit(request.query_params)
        try:
            since = Cursor.read(request.query_params["since"])
            entries = journal.after(since, LOOKED_AT)
        except ValueError:
            raise Problem(400, "bad_parameter", errors={"?since": [_("Không phải vị trí của nhật ký này.")]}) from None
        except Unknown:
            message = _("Vị trí này không còn trong nhật ký: hãy đọc lại toàn bộ phản ánh.")
            raise Problem(410, "cursor_gone", message) from None
        results, last = self._told(entries, limit)
        here = Cursor(last.number, last.stamp) if last else since
        more = len(entries) == LOOKED_AT or (last is not None and last is not entries[-1])
        return Response({"results": results, "cursor": here.encoded(), "more": more})

    def _told(self, entries: list[JournalEntry], limit: int) -> tuple[list[dict], JournalEntry | None]:
        """What of these concerns the caller, and the last entry looked at; of each ticket its last change."""
        newest = {entry.ticket_id: entry for entry in entries}
        visible = Ticket.objects.visible_to(self.actor).filter(pk__in=newest).only(*representation.LISTED)
        rows = {row.pk: row for row in rulebook().with_catalogue(visible)}
        gone = self._gone(entries, set(newest) - set(rows))
        results, last = [], None
        for entry in entries:
            if newest[entry.ticket_id] is entry:
                if len(results) == limit:
                    break
                if row := rows.get(entry.ticket_id):
                    results.append(representation.ticket(row))
                elif entry.ticket_id in gone:
                    results.append({"code": gone[entry.ticket_id], "version": entry.version, "left": True})
            last = entry
        return results, last

    def _gone(self, entries: list[JournalEntry], others: set[int]) -> dict[int, str]:
        """Of tickets that the caller does not see: those that they saw until one of these changes."""
        scope = set(self.actor.scope or [])
        were = {
            entry.ticket_id for entry in entries
            if entry.ticket_id in others
            and scope & {entry.unit_before_id, entry.unit_after_id, entry.area_before_id, entry.area_after_id}
        }
        return dict(Ticket.objects.filter(pk__in=were).values_list("pk", "code"))
