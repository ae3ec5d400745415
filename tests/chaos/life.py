"""One life of a daemon: started with or without an order to crash, talked to over HTTP and the CLI, and ended."""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

CALL_TIMEOUT_S = 20
START_TIMEOUT_S = 20
STOP_TIMEOUT_S = 20


@dataclass(frozen=True)
class Answer:
    """`status` is 0 when the connection broke: then nobody knows whether the call was carried out."""

    status: int
    body: dict

    @property
    def done(self) -> bool:
        return 200 <= self.status < 300

    @property
    def unknown(self) -> bool:
        return self.status == 0 or self.status >= 500


class Life:
    def __init__(self, bin_dir: Path, data: Path, errors: Path, orders: dict[str, str], backoff_ms: int) -> None:
        self._bin_dir = bin_dir
        self._data = data
        self._environment = os.environ | {"TUNER_DATA_DIR": str(data), "TUNER_BACKOFF_MS": str(backoff_ms)}
        self._url: tuple[str, int] | None = None
        self.complaint = ""  # what it did that no crash explains
        with errors.open("ab") as log:
            self.process = subprocess.Popen(
                [str(bin_dir / "tuner"), "serve", "--port", "0"],
                env=self._environment | orders,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd="/",
            )

    def is_over(self) -> bool:
        return self.process.poll() is not None

    def listens(self) -> bool:
        """Waits until it can be talked to; false when it died before."""
        if self._url is None:
            assert self.process.stdout is not None
            ready, _, _ = select.select([self.process.stdout], [], [], START_TIMEOUT_S)
            if not ready:
                self.complaint = f"the daemon did not listen within {START_TIMEOUT_S} s"
            line = self.process.stdout.readline().decode() if ready else ""
            if not line.startswith("listening on http://"):
                return False
            host, _, port = line.split("http://")[1].strip().rpartition(":")
            self._url = (host, int(port))
        return not self.is_over()

    @property
    def port(self) -> int | None:
        return self._url[1] if self._url else None

    def call(self, method: str, path: str, body: dict | None = None) -> Answer:
        """One request; it must have been found listening before."""
        assert self._url is not None
        connection = http.client.HTTPConnection(*self._url, timeout=CALL_TIMEOUT_S)
        try:
            token = (self._data / "token").read_text().strip()
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            answer = Answer(response.status, json.loads(response.read() or "{}"))
            if answer.status >= 500:
                self.complaint = f"{method} {path} was answered with {answer}"
            return answer
        except (OSError, http.client.HTTPException, ValueError) as error:
            if not self.ends_within(5):  # only a dead daemon may owe an answer
                self.complaint = f"{method} {path} was not answered: {error!r}"
            return Answer(0, {})
        finally:
            connection.close()

    def command(self, *arguments: str) -> bool:
        """A command of the CLI; true when it says that it is done. Without a daemon it is its own."""
        done = subprocess.run(
            [str(self._bin_dir / "tuner"), *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=CALL_TIMEOUT_S,
            cwd="/",
            check=False,
        )
        return done.returncode == 0

    def ends_within(self, seconds: float) -> bool:
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False

    def kill(self) -> int:
        """Ends it with SIGKILL if it is not over; its return code, -9 for a crash at a failpoint too."""
        if not self.is_over():
            self.process.kill()
        return self._reap()

    def terminate(self) -> int:
        """Asks it to end; its return code, or -9 when it had to be killed."""
        self.process.send_signal(signal.SIGTERM)
        if not self.ends_within(STOP_TIMEOUT_S):
            self.process.kill()
        return self._reap()

    def _reap(self) -> int:
        code = self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def is_port_free(port: int) -> bool:
    """Whether a server could listen there now; what old connections leave behind does not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def wait_for(holds, seconds: float, pause: float = 0.003) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
