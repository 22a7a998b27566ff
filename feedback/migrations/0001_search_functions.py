"""The SQL side of searching, and the counter of ticket codes. `vn_norm` is the twin of `hcmc_ioc.lib.text.vn_norm`."""

from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations

FUNCTIONS = r"""
CREATE FUNCTION vn_norm(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary, normalize(words, NFC)))
$$;

-- Letters and digits only, as a set of words without positions; phone numbers are left out.
CREATE FUNCTION ticket_search(title text, body text, address text, code text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(string_to_array(btrim(regexp_replace(
        regexp_replace(
            vn_norm(concat_ws(' ', title, body, address)), '\+?[0-9]([ .-]?[0-9]){7,13}(?![0-9])', ' ', 'g'
        ) || ' ' || lower(code), '[^a-z0-9]+', ' ', 'g')), ' '))
$$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        UnaccentExtension(),
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION ticket_search; DROP FUNCTION vn_norm;"),
        migrations.RunSQL("CREATE SEQUENCE ticket_number", "DROP SEQUENCE ticket_number"),
    ]
