"""A folder of pages seen by a real browser, without a window and without a network but loopback."""

from __future__ import annotations

import contextlib
import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
MEASURE = Path(__file__).with_name("measure.html")
PATIENCE = 100


def browser() -> str | None:
    """The path of the browser at hand."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


class Site(SimpleHTTPRequestHandler):
    """The pages; measure.html beside them; and what that has measured."""

    def do_GET(self) -> None:
        if self.path != "/measure.html":
            with contextlib.suppress(OSError):  # the frame shows another page by now
                super().do_GET()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(MEASURE.read_bytes())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()
        self.server.measured.put(json.loads(body))  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None:
        pass


def seen(folder: Path, profile: Path, widths: Sequence[int], words: Sequence[str]) -> dict[str, Any]:
    """What measure.html finds: `wrong`, a line for each thing that is cut; `searched`, the pages found for a word."""
    pages = sorted(f"/{page.relative_to(folder)}" for page in folder.rglob("*.html"))
    asked = quote(json.dumps({"pages": pages, "widths": widths, "words": words}))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Site, directory=str(folder))) as server:
        server.measured = queue.Queue()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever).start()
        page = f"http://127.0.0.1:{server.server_port}/measure.html#{asked}"
        options = ["--headless", "--no-sandbox", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
        process = subprocess.Popen(
            [str(browser()), *options, page], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            return server.measured.get(timeout=PATIENCE)  # type: ignore[attr-defined, no-any-return]
        finally:
            process.terminate()
            process.wait()
            server.shutdown()
