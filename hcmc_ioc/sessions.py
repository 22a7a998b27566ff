"""Sessions in the database, cached; a cookie that cannot be one of our keys is no session and reaches neither."""

from django.contrib.sessions.backends import cached_db


class SessionStore(cached_db.SessionStore):
    def _validate_session_key(self, key):
        return super()._validate_session_key(key) and key.isascii() and key.isalnum() and len(key) <= 40
