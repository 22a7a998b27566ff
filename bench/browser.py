"""One signed-in client on one kept connection, as thin as Python's own library allows."""

import http.client
import time
from urllib.parse import urlencode, urlsplit

PASSWORD = "mat-khau-1022"  # noqa: S105 - of the people of tests/city.py
IDLE_SECONDS = 2  # the server closes a quiet connection after five


class Answer:
    def __init__(self, status: int, text: str, headers, seconds: float):
        self.status, self.text, self.headers, self.seconds = status, text, headers, seconds


class Browser:
    def __init__(self, address: str, username: str):
        self.host = urlsplit(address).netloc
        self.connection = http.client.HTTPConnection(self.host)
        self.cookies, self.asked_at = {}, 0.0
        self.get(sign_in_path())
        answer = self.post(sign_in_path(), {"username": username, "password": PASSWORD})
        assert answer.status == 302, f"{username} cannot sign in: {answer.status}\n{answer.text[:2000]}"

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie, "Accept": "text/html,application/json"}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, fields: dict, *, in_place: bool = False) -> Answer:
        """A form as a browser sends it, with the CSRF token; `in_place` as the page's own script does."""
        fields = {"csrfmiddlewaretoken": self.cookies.get("ioc_csrf", "")} | fields
        return self._ask("POST", path, urlencode(fields), "application/x-www-form-urlencoded", in_place)

    def post_json(self, path: str, text: str) -> Answer:
        return self._ask("POST", path, text, "application/json")

    def _ask(self, method: str, path: str, body: str | None = None, kind: str = "", in_place: bool = False) -> Answer:
        headers = self._headers()
        if body is not None:
            headers |= {"Content-Type": kind, "X-CSRFToken": self.cookies.get("ioc_csrf", "")}
            headers["Origin"] = f"http://{self.host}"
        if in_place:
            headers["HX-Request"] = "true"
        if time.monotonic() - self.asked_at > IDLE_SECONDS:
            self.connection.close()
            self.connection.connect()
        started = time.perf_counter()
        self.connection.request(method, path, body and body.encode(), headers)
        response = self.connection.getresponse()
        text = response.read()
        seconds = time.perf_counter() - started
        self.asked_at = time.monotonic()
        for line in response.headers.get_all("Set-Cookie", []):
            name, _equals, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, text.decode(), response.headers, seconds)


class Caller(Browser):
    """Another system with its token, on one kept connection."""

    def __init__(self, address: str, token: str):
        self.host, self.token = urlsplit(address).netloc, token
        self.connection = http.client.HTTPConnection(self.host)
        self.cookies, self.asked_at = {}, 0.0

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}


def sign_in_path() -> str:
    from django.urls import reverse

    return reverse("sign_in")
