"""A word without end (ten thousand letters and no blank) would not fit into the search column: it is cut."""

from django.db import migrations

FUNCTION = r"""
CREATE OR REPLACE FUNCTION ticket_search(title text, body text, address text, code text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(string_to_array(btrim(regexp_replace(regexp_replace(
        regexp_replace(
            vn_norm(concat_ws(' ', title, body, address)), '\+?[0-9]([ .-]?[0-9]){7,13}(?![0-9])', ' ', 'g'
        ) || ' ' || lower(code), '[^a-z0-9]+', ' ', 'g'), '([a-z0-9]{60})[a-z0-9]+', '\1', 'g')), ' '))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("feedback", "0003_lists_at_any_size")]
    operations = [migrations.RunSQL(FUNCTION, migrations.RunSQL.noop)]
