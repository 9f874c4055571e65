# SPDX-License-Identifier: MIT
"""kasactl watch at a terminal and without one, over a page that never changes."""
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from collectd import BUILD

pytestmark = pytest.mark.one_thread

KASACTL = os.path.join(BUILD, "kasactl")


def page():
    """A strip and a lamp, read just now."""
    now = int(time.time() * 1000)
    lines = []
    for name, watts in (("Desk", 120), ("Lamp", 9)):
        for metric, value in (("up", 1), ("power", watts), ("relay", 1)):
            lines.append(f'collectd_kasa_{metric}{{kasa="{name}",instance="box"}} {value} {now}')
    lines.append(f'collectd_kasa_plug_power{{kasa_plug="Desk",type="Screen",instance="box"}} 120 {now}')
    return "\n".join(lines) + "\n"


@pytest.fixture
def url():
    class Page(BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802, a name of http.server
            body = page().encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/metrics"
    server.shutdown()
    server.server_close()


class Terminal:
    """kasactl watch in a window of 160 columns, and what it has drawn."""

    def __init__(self, url):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))
            os.environ.update(TERM="xterm", NO_COLOR="1", LC_ALL="C.UTF-8")
            os.execv(KASACTL, ["kasactl", "watch", "--metrics", url, "--interval", "1"])
        self.text = b""

    def type(self, keys):
        os.write(self.fd, keys)

    def frame(self, fits, seconds=20):
        """The first frame of which fits(frame) is true."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if select.select([self.fd], [], [], 0.2)[0]:
                self.text += os.read(self.fd, 65536)
            frames = self.text.split(b"\033[?2026h")[1:]
            for frame in frames:
                text = frame.split(b"\033[?2026l")[0].decode(errors="replace")
                if b"\033[?2026l" in frame and fits(text):
                    self.text = b""
                    return text
        raise AssertionError(f"never shown; last: {self.text[-3000:]!r}")

    def close(self):
        self.type(b"\x03")
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                if not os.read(self.fd, 65536):
                    break
            except OSError:  # the other side is gone
                break
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def test_a_filter_is_typed_kept_and_dropped(url):
    terminal = Terminal(url)
    try:
        terminal.frame(lambda t: "Desk" in t and "Lamp" in t)
        # letters that are keys elsewhere are text here: k moves, q quits, s sorts
        terminal.type(b"/deskq")
        terminal.frame(lambda t: "Show only: deskq" in t and "No device fits." in t)
        terminal.type(b"\x7f")
        shown = terminal.frame(lambda t: "Show only: desk" in t and "deskq" not in t)
        assert "Screen" in shown and "Lamp" not in shown
        terminal.type(b"\rs")
        shown = terminal.frame(lambda t: 'by power  with "desk"' in t)
        assert "Lamp" not in shown
        terminal.type(b"/\033")
        shown = terminal.frame(lambda t: "Lamp" in t)
        assert 'with "' not in shown and "Show only" not in shown
    finally:
        assert terminal.close() == 0


def test_a_wide_window_has_the_last_hour(url):
    terminal = Terminal(url)
    try:
        shown = terminal.frame(lambda t: "LAST HOUR" in t)
        lamp = next(line for line in shown.splitlines() if "Lamp" in line)
        assert "\u2588" in lamp  # one bar, which is its own highest
    finally:
        assert terminal.close() == 0


def test_without_a_terminal_there_is_one_table(url):
    run = subprocess.run([KASACTL, "watch", "--metrics", url, "--filter", "SCREEN"],
                         check=True, text=True, capture_output=True, timeout=60)
    assert "Desk" in run.stdout and "Screen" in run.stdout
    assert "Lamp" not in run.stdout
    assert "LAST HOUR" not in run.stdout  # one reading is no course
