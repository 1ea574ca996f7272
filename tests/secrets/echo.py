"""A server that says the secret back in every way it can."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STATUSES = (400, 401, 403, 404, 200, 302)


class _Echo(BaseHTTPRequestHandler):
    status = 400

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        header = self.headers.get("Authorization", "")
        plain = base64.b64decode(header.partition(" ")[2] or b"").decode("utf-8", "replace")
        body = f'{{"status": "error", "error": "you sent {header} which is {plain}"}}'.encode()
        self.send_response(self.status, f"no {plain.partition(':')[2]}")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", f"http://{plain}@127.0.0.1:9/{plain}")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - the names that http.server calls

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def echoing(status: int) -> Iterator[str]:
    """The address of a server that echoes, answering with this status."""
    handler = type("Echo", (_Echo,), {"status": status})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
