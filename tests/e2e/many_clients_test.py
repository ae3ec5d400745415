"""Many clients at once: what is acknowledged is stored, once, and nobody meets a locked database."""

import http.client
import json
import sqlite3
import unittest
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

from daemon_case import SANITIZED, DaemonCase

CLIENTS = 64
CALLS = 20 if SANITIZED else 200  # of each client, the last of which tells
STUDY = {
    "name": "crowd",
    "trainingInput": {
        "hyperparameters": {
            "goal": "MINIMIZE", "hyperparameterMetricTag": "loss", "maxTrials": CLIENTS, "algorithm": "RANDOM_SEARCH",
            "params": [{"parameterName": "x", "type": "DOUBLE", "minValue": 0, "maxValue": 1}],
        }
    },
}


class Client:
    """One connection, kept, that takes no refusal for an answer."""

    def __init__(self, url: str, token: str) -> None:
        place = urlsplit(url)
        self.connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        self.headers = {"Authorization": f"Bearer {token}"}

    def post(self, path: str, body: dict) -> dict:
        self.connection.request("POST", f"/v1/studies{path}", json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise AssertionError(f"{answer.status} for {path}: {text}")
        return json.loads(text)

    def close(self) -> None:
        self.connection.close()


class ManyClients(DaemonCase):
    def client(self) -> closing[Client]:
        return closing(Client(self.url, (self.data_dir / "token").read_text().strip()))

    def work(self, name: str) -> int:
        with self.client() as client:
            (trial,) = client.post("/crowd-1/trials:suggest", {"client": name})["trials"]
            path = f"/crowd-1/trials/{trial['id']}"
            for step in range(1, CALLS):
                client.post(f"{path}:measure", {"step": step, "metrics": {"loss": trial["id"] + 1 / step}})
            client.post(f"{path}:complete", {"objective": trial["id"], "step": CALLS})
            return trial["id"]

    def test_t01_64_clients_at_once_lose_no_report_and_meet_no_locked_database(self) -> None:
        self.start_daemon()
        with self.client() as client:
            client.post("", STUDY)
        with ThreadPoolExecutor(CLIENTS) as pool:
            trials = list(pool.map(self.work, [f"client-{number}" for number in range(CLIENTS)]))
        self.assertEqual(sorted(trials), list(range(1, CLIENTS + 1)))
        self.wait_until("the study ends", lambda: self.get("/v1/studies/crowd-1")["state"] == "finished")
        for trial in self.study_trials("crowd-1"):
            self.assertEqual((trial["state"], trial["objective"], trial["step"]), ("completed", trial["id"], CALLS))
        with closing(sqlite3.connect(self.data_dir / "tuner.db")) as database:
            (stored,) = database.execute("SELECT count(*) FROM measurement").fetchone()
        self.assertEqual(stored, CLIENTS * CALLS)
        self.assertNotIn("locked", self.daemon_log.read_text())


if __name__ == "__main__":
    unittest.main()
