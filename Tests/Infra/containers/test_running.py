"""The shop in containers, really run: one purchase through the front door, then down, and nothing is left."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import engine
from compose_file import fresh_settings
from engine import ROOT, docker

sys.path[:0] = [str(ROOT / "infra/local"), str(ROOT / "Tests/EndToEnd")]

import purchase
import web
from latchkey_local import table

PROJECT = "latchkey-check"
FUNCTIONS = [function.name for function in table.load(ROOT)]
PRODUCT = [*FUNCTIONS, "latchkey", "sandbox", "web"]
STEPS = ["roles", "migrate", "catalog", "release"]
SERVING = [*FUNCTIONS, "web", "database", "storage", "sandbox", "mail", "schedule"]


class Shop(purchase.Shop):
    """The shop at the ports of `.env.example`; the seller's command runs in a container too."""

    def __init__(self, running):
        self.url, self.sandbox, self.mail = "http://localhost:8080", "http://localhost:8090", "http://localhost:8025"
        self._running = running

    def operator(self, *arguments):
        return self._running.compose("run", "--rm", "--no-deps", "-T", "latchkey", *arguments).stdout


class RunningTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = engine.Engine()
        cls.engine.start()
        cls.addClassCleanup(cls.engine.stop)
        engine.make_stand_ins()
        engine.load_product(PRODUCT)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        images = {"POSTGRES_IMAGE": "stand-in/postgres", "MAIL_IMAGE": "stand-in/mail", "PYTHON_IMAGE": engine.STAND_IN}
        settings = fresh_settings(Path(folder.name) / "settings", LATCHKEY_TAG=engine.TAG, **images)
        cls.environment = engine.ENVIRONMENT | {"COMPOSE_ENV_FILES": str(settings), "COMPOSE_PROJECT_NAME": PROJECT}
        cls.addClassCleanup(cls.make, "compose-reset")
        cls.make("compose-reset")
        cls.volumes_before = docker("volume", "ls", "--quiet").stdout
        cls.up()

    @classmethod
    def make(cls, *words, check=True):
        """One of the Makefile's commands, as a person types it."""
        done = subprocess.run(
            ["make", *words], cwd=ROOT, env=cls.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr + cls.logs()
        return done

    @classmethod
    def up(cls):
        """What `make compose-up` runs, without building: the images are here."""
        done = subprocess.run(
            ["infra/compose/up", "--no-build", "--pull", "never"], cwd=ROOT, env=cls.environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600,
        )
        assert done.returncode == 0, done.stdout + done.stderr + cls.logs()

    @classmethod
    def logs(cls):
        """The end of what every service said; no log of ours holds a secret."""
        return docker("compose", "logs", "--no-color", "--tail", "15", check=False, environment=cls.environment).stdout

    @classmethod
    def compose(cls, *words, check=True):
        return docker("compose", *words, check=check, environment=cls.environment)

    def container(self, service):
        """What Docker says of a service's container."""
        name = self.compose("ps", "--all", "--quiet", service).stdout.strip()
        return json.loads(docker("inspect", name).stdout)[0]

    def in_database(self, role, password, statement):
        """What psql answers to a role that comes through the socket."""
        command = ["exec", "-T", "--env", f"PGPASSWORD={password}", "database", "psql", "-XqAt", "-h", "/var/run/postgresql"]
        return self.compose(*command, "-U", role, "-d", "latchkey", "-c", statement, check=False)

    def eventually(self, service, wanted):
        """Waits until a service is as well, or as unwell, as wanted."""
        for _ in range(3):
            try:
                return purchase.eventually(
                    lambda: self.container(service)["State"]["Health"]["Status"] == wanted, f"{service} is not {wanted}"
                )
            except purchase.Wrong as wrong:
                late = wrong
        raise late

    def setting(self, service, name):
        variables = dict(each.split("=", 1) for each in self.container(service)["Config"]["Env"])
        return variables[name]

    def test_1_every_service_is_well_and_every_step_is_done(self):
        for name in SERVING:
            state = self.container(name)["State"]
            self.assertTrue(state["Running"], name)
            if name != "schedule":
                self.assertEqual(state["Health"]["Status"], "healthy", name)
        for name in STEPS:
            state = self.container(name)["State"]
            self.assertEqual((state["Status"], state["ExitCode"]), ("exited", 0), name)

    def test_2_they_started_in_their_order(self):
        ended = {name: self.container(name)["State"]["FinishedAt"] for name in STEPS}
        started = {name: self.container(name)["State"]["StartedAt"] for name in [*SERVING, *STEPS]}
        self.assertLess(started["database"], started["roles"])
        for earlier, later in zip(STEPS, STEPS[1:]):
            self.assertLess(ended[earlier], started[later])
        for name in FUNCTIONS:
            self.assertLess(ended["catalog"], started[name])
        for name in ["checkout", "webhook", "download", "orders"]:
            self.assertLess(started[name], started["web"])

    def test_3_a_buyer_buys_and_gets_everything(self):
        seen = [step for step, _ in purchase.steps(Shop(self))]
        self.assertIn("license key", seen)
        self.assertEqual(sorted(seen[-3:]), ["linux", "macos", "windows"])

    def test_4_nobody_is_root_and_nothing_can_be_written(self):
        for name in SERVING + STEPS:
            with self.subTest(name):
                known = self.container(name)
                self.assertTrue(known["HostConfig"]["ReadonlyRootfs"])
                self.assertEqual(known["HostConfig"]["CapDrop"], ["ALL"])
                self.assertNotIn(known["Config"]["User"], ["", "0", "root"])
        for name in FUNCTIONS + ["web"]:
            process = self.container(name)["State"]["Pid"]
            status = Path(f"/proc/{process}/status").read_text()
            self.assertRegex(status, r"Uid:\t65532\t65532")
            self.assertRegex(status, r"CapEff:\t0+\n")
            self.assertRegex(status, r"NoNewPrivs:\t1")

    def test_5_the_database_knows_its_callers(self):
        own = re.fullmatch(r"postgresql://(\w+):(\w+)@.*", self.setting("checkout", "DATABASE_URL"))
        answer = self.in_database(own[1], own[2], "select current_user")
        self.assertEqual(answer.stdout.strip(), "latchkey_checkout")
        self.assertIn("permission denied", self.in_database(own[1], own[2], "select 1 from licenses").stderr)
        self.assertIn("password authentication failed", self.in_database("latchkey_webhook", own[2], "select 1").stderr)
        self.assertNotEqual(self.in_database("postgres", "", "select 1").returncode, 0)

    def test_6_the_tasks_run_and_the_front_door_leads_to_none(self):
        self.assertEqual(web.post("http://localhost:8080/tasks/email-retry", b"").status, 404)
        log = purchase.eventually(
            lambda: re.search(r'"requestUrl":"/tasks/email-retry"', self.compose("logs", "email-retry").stdout),
            "nobody called email-retry",
        )
        self.assertTrue(log)
        self.assertNotIn("answers", self.compose("logs", "--no-log-prefix", "schedule").stdout)

    def test_6_what_a_deployment_asks_is_answered_as_it_expects(self):
        lines = []
        for name in self.deployed("services"):
            network, *_ = self.container(name)["NetworkSettings"]["Networks"].values()
            service = {"metadata": {"name": name}, "status": {"url": f"http://{network['IPAddress']}:8080"}}
            for line in self.deployed("requests", "-", said=json.dumps(service)):
                name, base, _, *rest = line.split("\t")
                lines.append("\t".join([name, base, "-", *rest]))
        done = subprocess.run(
            ["bash", "infra/deploy/smoke", *lines], cwd=ROOT, capture_output=True, text=True,
            env={"PATH": os.environ["PATH"], "SMOKE_TRIES": "1"},
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("✓"), len(lines))

    def deployed(self, *words, said=""):
        """The lines that infra/deploy/table answers with."""
        command = [sys.executable, "-B", ROOT / "infra/deploy/table", *words]
        return subprocess.run(command, input=said, capture_output=True, text=True, check=True).stdout.splitlines()

    def test_7_a_function_is_unwell_while_its_database_is_away_and_well_again_after(self):
        self.compose("stop", "database")
        try:
            self.eventually("checkout", "unhealthy")
            said = self.container("checkout")["State"]["Health"]["Log"][-1]["Output"]
            self.assertIn("/readyz is answered with 503", said)
        finally:
            self.compose("start", "database")
        self.eventually("checkout", "healthy")

    def test_8_down_keeps_the_data_and_reset_leaves_nothing(self):
        orders = len(Shop(self).operator("order", "list").splitlines())
        self.make("compose-down")
        self.assertEqual(docker("ps", "--all", "--quiet").stdout, "")
        self.assertEqual(docker("network", "ls", "--quiet", "--filter", f"label=com.docker.compose.project={PROJECT}").stdout, "")
        self.up()
        self.assertEqual(len(Shop(self).operator("order", "list").splitlines()), orders)
        self.make("compose-reset")
        self.assertEqual(docker("ps", "--all", "--quiet").stdout, "")
        self.assertEqual(docker("volume", "ls", "--quiet").stdout, self.volumes_before)


if __name__ == "__main__":
    unittest.main()
