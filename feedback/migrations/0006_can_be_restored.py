"""A restore clears `search_path`, so what fills the search column must name the schema of what it calls."""

from django.db import migrations

FUNCTION = r"""
CREATE OR REPLACE FUNCTION public.ticket_search(title text, body text, address text, code text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(string_to_array(btrim(regexp_replace(regexp_replace(
        regexp_replace(
            public.vn_norm(concat_ws(' ', title, body, address)), '\+?[0-9]([ .-]?[0-9]){7,13}(?![0-9])', ' ', 'g'
        ) || ' ' || lower(code), '[^a-z0-9]+', ' ', 'g'), '([a-z0-9]{60})[a-z0-9]+', '\1', 'g')), ' '))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("feedback", "0005_fold_what_needs_it")]
    operations = [migrations.RunSQL(FUNCTION, migrations.RunSQL.noop)]
