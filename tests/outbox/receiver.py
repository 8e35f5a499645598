"""A real HTTP receiver on this machine that writes down what reaches it and answers as it is told."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """`got` are (webhook-id, body) in the order of their arrival; `status` says what to answer."""

    got: list[tuple[str, bytes]] = field(default_factory=list)
    status: Callable[[str], int] = lambda _id: 204
    url: str = ""

    @property
    def ids(self) -> list[str]:
        return [id for id, _ in self.got]

    @property
    def first_ids(self) -> list[str]:
        """Each id once, where it arrived first."""
        return list(dict.fromkeys(self.ids))


@contextmanager
def listening() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # its sender died in the middle of it: nothing has arrived
                self.close_connection = True
                return
            receiver.got.append((self.headers["webhook-id"], body))
            self.send_response(receiver.status(self.headers["webhook-id"]))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_said) -> None:
            """Nothing to say on the test's screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
