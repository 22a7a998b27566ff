"""What no page may do, whatever a test looks at: break the content policy, throw, fail in the server, or ask
another machine for anything."""


class Guard:
    """Watches pages; `wrong` lists in words what they did."""

    def __init__(self, address: str):
        self.own = (address, address.replace("http", "ws", 1), "data:", "blob:", "about:")
        self.wrong = []

    def watch(self, page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"script error: {error}"))
        page.on("response", self._answer)
        page.on("request", lambda request: self._address(request.url))
        page.on("websocket", lambda socket: self._address(socket.url))

    def _console(self, message) -> None:
        if "Content Security Policy" in message.text:
            self.wrong.append(message.text)

    def _answer(self, response) -> None:
        if response.status == 500:
            self.wrong.append(f"500 from {response.url}")

    def _address(self, url: str) -> None:
        if not url.startswith(self.own):
            self.wrong.append(f"request off the site: {url}")
