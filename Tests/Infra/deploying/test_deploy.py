"""The steps of cloudbuild.yaml against a fake project: what they call, in which order, and what they do when it fails."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

from fake_cloud import STATE, Cloud
from services import Services

ROOT = Path(__file__).resolve().parents[3]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
TAG = "c-0123456789ab"
SERVICES = subprocess.run([ROOT / "infra/deploy/table", "services"], capture_output=True, text=True, check=True).stdout.split()
OLD = {name: {f"{name}-00001-old": 100} for name in SERVICES}
NEW = {name: {f"{name}-00002-new": 100} for name in SERVICES}
STEPS = [("tested",), ("plan",), ("images",), ("migrate",), ("deploy",), ("check", "candidate"), ("shift",)]
TESTER = "latchkey-tester@shop.iam.gserviceaccount.com"
TESTED = {
    "id": "b-1", "status": "SUCCESS", "tags": ["latchkey-test"], "substitutions": {"COMMIT_SHA": COMMIT},
    "serviceAccount": f"projects/shop/serviceAccounts/{TESTER}", "buildTriggerId": "t-1",
}
BY_DIGEST = re.compile(r"--image \S+/latchkey/[a-z-]+@sha256:[0-9a-f]{64} ")


def image(name):
    """A line of the list of images."""
    return f"{name} europe-west1-docker.pkg.dev/shop/latchkey/{name}@sha256:{name.encode().hex():0<64}\n"


class DeployTests(unittest.TestCase):
    """Against a copy of the tree in which every image of others was looked up."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.tree = Path(folder.name)
        for name in ["Dockerfile", "cloudbuild.yaml", "cloudbuild.test.yaml", "docker-compose.yml", ".env.example"]:
            shutil.copy(ROOT / name, cls.tree)
        shutil.copytree(ROOT / "infra", cls.tree / "infra", ignore=shutil.ignore_patterns(".terraform*", "__pycache__"))
        loader = SourceFileLoader("image_digests", str(ROOT / "infra/images/digests"))
        digests = module_from_spec(spec_from_loader("image_digests", loader))
        loader.exec_module(digests)
        digests.record(cls.tree, {tag: f"sha256:{tag.encode().hex():0<64.64}" for tag in digests.known(cls.tree)})

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.cloud = Cloud(self.folder / "cloud.json")
        for name in ["gcloud", "docker"]:
            program = self.folder / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.symlink_to(Path(__file__).with_name("fake_cloud.py"))
        self.services = Services(ROOT, self.cloud.file)
        self.addCleanup(self.services.stop)
        self.cloud.save(Cloud.new(SERVICES, f"http://{self.services.address}") | {"builds": [TESTED]})

    def change(self, **members):
        self.cloud.save(self.cloud.load() | members)

    def step(self, name, *words, **environment):
        """Runs one step as the builder does; answers its exit code and what it said."""
        environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            STATE: str(self.cloud.file),
            "GCE_METADATA_HOST": self.services.address,
            "SMOKE_TRIES": "2",
            "SMOKE_PAUSE": "0",
            "DEPLOY_STATE": str(self.folder / "state"),
            "REGION": "europe-west1",
            "REPOSITORY": "europe-west1-docker.pkg.dev/shop/latchkey",
            "COMMIT_SHA": COMMIT,
            "DEPLOY": "true",
            "TESTER": TESTER,
            "TEST_TRIGGER": "t-1",
            "PYTHONDONTWRITEBYTECODE": "1",
        } | environment
        done = subprocess.run(
            ["bash", f"infra/deploy/{name}", *words], cwd=self.tree, env=environment, text=True, capture_output=True, timeout=120
        )
        return done.returncode, done.stdout + done.stderr

    def build_from_images(self, **environment):
        """As `build`, with images that were built before."""
        state = self.folder / "state"
        state.mkdir(exist_ok=True)
        (state / "services").write_text("".join(f"{name}\n" for name in SERVICES))
        (state / "images").write_text("".join(image(name) for name in [*SERVICES, "latchkey"]))
        return self.build(STEPS[3:], **environment)

    def build(self, steps=STEPS, **environment):
        """Every step in its order until one fails, as Cloud Build runs them; answers the last's code and all that was said."""
        said = ""
        for step in steps:
            code, text = self.step(*step, **environment)
            said += text
            if code != 0:
                return code, said
        return 0, said

    @property
    def calls(self):
        return self.cloud.load()["calls"]

    @property
    def traffic(self):
        return {name: service["traffic"] for name, service in self.cloud.load()["services"].items()}

    def where(self, pattern):
        """The positions of calls that match."""
        return [at for at, call in enumerate(self.calls) if re.search(pattern, call)]

    def test_a_good_build_ends_with_all_traffic_on_the_new_revisions(self):
        code, said = self.build()
        self.assertEqual((code, self.traffic), (0, NEW), said)
        tags = {name: service["tags"] for name, service in self.cloud.load()["services"].items()}
        self.assertEqual(tags, {name: {} for name in SERVICES})
        self.assertIn(f"Deployed {COMMIT}", said)

    def test_what_was_not_tested_ends_before_anything_is_built(self):
        for what, builds in [
            ("no build at all", []),
            ("another commit's", [TESTED | {"substitutions": {"COMMIT_SHA": "f" * 40}}]),
            ("one that failed", [TESTED | {"status": "FAILURE"}]),
            ("the deployer's own", [TESTED | {"serviceAccount": TESTED["serviceAccount"].replace("tester", "deployer")}]),
            ("another trigger's", [TESTED | {"buildTriggerId": "t-2"}]),
            ("one that a person submitted", [{name: value for name, value in TESTED.items() if name != "buildTriggerId"}]),
        ]:
            with self.subTest(what):
                self.change(builds=builds, calls=[])
                code, said = self.build()
                self.assertNotEqual(code, 0)
                self.assertIn("has not passed its tests", said)
                self.assertEqual(self.where("docker|run "), [])

    def test_nothing_is_built_while_an_image_of_others_is_named_by_its_tag_alone(self):
        table = self.tree / "infra/images/digests.json"
        before = table.read_text(encoding="utf-8")
        self.addCleanup(table.write_text, before, encoding="utf-8")
        table.write_text(re.sub(r'"sha256:\w+"', "null", before, count=1), encoding="utf-8")
        code, said = self.build()
        self.assertNotEqual(code, 0)
        self.assertIn("not all named by digest", said)
        self.assertEqual(self.where("docker|run "), [])

    def test_by_hand_any_build_under_the_testers_account_counts(self):
        self.change(builds=[{name: value for name, value in TESTED.items() if name != "buildTriggerId"}])
        code, said = self.step("tested", TEST_TRIGGER="")
        self.assertEqual((code, said), (0, f"{COMMIT} passed its tests in the build b-1.\n"))
        (call,) = self.calls
        self.assertIn(f"--filter status=SUCCESS AND tags=latchkey-test AND substitutions.COMMIT_SHA={COMMIT}", call)

    def test_a_commit_that_is_no_commit_asks_nobody(self):
        for wrong in ["main", COMMIT[:12], f"{COMMIT} OR status=SUCCESS"]:
            code, said = self.step("tested", COMMIT_SHA=wrong)
            self.assertNotEqual(code, 0)
            self.assertIn("no whole commit", said)
        self.assertEqual(self.calls, [])

    def test_no_job_but_migrate_is_changed_and_none_but_smoke_gets_other_words(self):
        self.build()
        self.assertEqual({self.calls[at].split()[4] for at in self.where("jobs update")}, {"migrate"})
        self.assertEqual({self.calls[at].split()[4] for at in self.where("jobs execute .*--args")}, {"smoke"})
        self.assertEqual({self.calls[at].split()[4] for at in self.where("jobs execute")}, {"migrate", "smoke"})

    def test_the_deployer_is_allowed_what_its_scripts_call_and_nothing_else(self):
        """Held against gcloud's calls; each permission is what the call's request needs."""
        self.build()
        needs = {
            "services describe": {"run.services.get"},
            "services update": {"run.services.get", "run.services.update", "run.operations.get"},
            "services update-traffic": {"run.services.get", "run.services.update", "run.operations.get"},
            "jobs update": {"run.jobs.get", "run.jobs.update"},
            "jobs execute": {"run.jobs.run", "run.executions.get"},
            "jobs execute --args": {"run.jobs.get", "run.jobs.run", "run.jobs.runWithOverrides", "run.executions.get"},
            "builds list": {"cloudbuild.builds.list"},
        }
        called = set()
        for call in self.calls:
            words = call.split()
            if words[0] == "gcloud":
                called.add(" ".join(words[2:4] if words[1] == "run" else words[1:3]) + (" --args" if " --args " in call else ""))
        self.assertEqual(called, set(needs))
        text = (ROOT / "infra/terraform/modules/shop/deployer.tf").read_text(encoding="utf-8")
        roles = text[text.index("deployer_roles = {") : text.index('resource "google_project_iam_custom_role"')]
        self.assertEqual(set(re.findall(r'"([a-z]+\.[a-zA-Z.]+)"', roles)), set().union(*needs.values()))

    def test_a_job_that_a_person_starts_has_the_image_of_the_last_deployment(self):
        self.build()
        deployed = self.cloud.load()["jobs"]["migrate"]
        code, said = self.step("job", "operator", "order", "list", "--since", "2 days", REGION="", CLOUDSDK_RUN_REGION="europe-west1")
        self.assertEqual((code, self.cloud.load()["jobs"]["operator"]), (0, deployed), said)
        (call,) = self.where("jobs execute operator")
        self.assertIn("jobs execute operator --wait --args ^;^order;list;--since;2 days", self.calls[call])
        self.step("job", "operator", "doctor")
        self.assertEqual(len(self.where("jobs update operator")), 1)

    def test_a_person_starts_the_two_jobs_that_are_theirs_and_no_other(self):
        for words in [[], ["migrate"], ["smoke"], ["operator", "order;list"]]:
            code, _ = self.step("job", *words)
            self.assertNotEqual(code, 0)
        self.assertEqual(self.calls, [])

    def test_what_runs_is_named_by_digest_alone(self):
        self.build()
        with_image = [call for call in self.calls if " --image " in call]
        self.assertEqual(len(with_image), len(SERVICES) + 1)
        for call in with_image:
            self.assertRegex(call, BY_DIGEST)

    def test_images_are_built_once_with_the_cache_and_pushed(self):
        self.build()
        builds = [call for call in self.calls if call.startswith("docker buildx build")]
        self.assertEqual(len(builds), 8)
        self.assertTrue(all("--push" in each and "--cache-from type=registry" in each for each in builds))
        self.assertEqual(["--cache-to" in each for each in builds], [True] + [False] * 7)
        self.assertIn("--target function --build-arg FUNCTION=webhook", builds[1])
        for commit in builds:
            self.assertIn(f":{COMMIT} ", commit)

    def test_the_migration_has_ended_before_any_revision_is_made(self):
        self.build_from_images()
        (migration,) = self.where("jobs execute migrate --wait")
        self.assertGreater(migration, max(self.where("jobs update migrate")))
        self.assertLess(migration, min(self.where("services update ")))

    def test_a_migration_that_fails_stops_everything(self):
        self.change(fails=["jobs execute migrate"])
        code, _ = self.build_from_images()
        self.assertNotEqual(code, 0)
        self.assertEqual((self.where("services update"), self.traffic), ([], OLD))

    def test_no_revision_gets_traffic_before_all_were_asked_by_their_tags(self):
        self.build_from_images()
        candidate, _ = self.where("jobs execute smoke")
        self.assertTrue(all("--no-traffic" in self.calls[at] for at in self.where("services update ")))
        self.assertLess(max(self.where("services update ")), candidate)
        self.assertLess(candidate, min(self.where("update-traffic")))
        doors = [door for _, door, *_ in self.services.asked]
        self.assertEqual(doors, sorted(doors, key=[TAG, "live"].index))
        self.assertEqual({name for name, door, *_ in self.services.asked if door == TAG}, set(SERVICES))

    def test_a_candidate_that_does_not_do_its_work_gets_no_traffic(self):
        self.change(broken=[f"{name} {TAG} new" for name in ["checkout", "reconcile"]])
        code, said = self.build_from_images()
        self.assertNotEqual(code, 0)
        for name in SERVICES:
            self.assertIn(f"{'✗' if name in ['checkout', 'reconcile'] else '✓'} {name}: ", said)
        self.assertEqual((self.where("update-traffic"), self.traffic), ([], OLD))

    def test_what_is_live_and_does_not_do_its_work_goes_back_by_itself(self):
        self.change(broken=["orders live new"])
        code, said = self.build_from_images()
        self.assertNotEqual(code, 0)
        self.assertEqual(self.traffic, OLD)
        self.assertIn("Rolled back", said)
        self.assertEqual(len(self.where(r"update-traffic .*-new=100")), len(SERVICES))

    def test_a_shift_that_fails_in_the_middle_goes_back(self):
        self.change(fails=["update-traffic download --to-revisions .*-new=100"])
        code, _ = self.build_from_images()
        self.assertNotEqual(code, 0)
        self.assertEqual(self.traffic, OLD)
        self.assertEqual(len(self.where("jobs execute smoke")), 1)

    def test_a_split_comes_back_as_it_was(self):
        state = self.cloud.load()
        split = {"checkout-00001-old": 90, "checkout-00000-older": 10}
        state["services"]["checkout"]["traffic"] = split
        self.cloud.save(state | {"broken": ["web live new"]})
        self.build_from_images()
        self.assertEqual(self.traffic["checkout"], split)

    def test_a_rollback_that_fails_says_what_to_do_and_goes_on(self):
        self.change(broken=["web live new"], fails=["update-traffic webhook .*-old=100"])
        code, said = self.build_from_images()
        self.assertNotEqual(code, 0)
        self.assertEqual(self.traffic, OLD | {"webhook": NEW["webhook"]})
        self.assertIn("gcloud run services update-traffic webhook --region europe-west1 --to-revisions webhook-00001-old=100", said)
        self.assertNotIn("Rolled back.", said)

    def test_a_deployment_that_fails_in_the_middle_moves_no_traffic(self):
        self.change(fails=["services update orders"])
        code, _ = self.build_from_images()
        self.assertNotEqual(code, 0)
        self.assertEqual((self.traffic, self.where("execute smoke")), (OLD, []))

    def test_tasks_are_asked_with_a_token_for_themselves_and_nobody_else_is(self):
        self.build_from_images()
        for name, _, _, _, token in self.services.asked:
            own = self.cloud.load()["services"][name]["url"] if name in self.services.private else None
            self.assertEqual(token, f"token for {own}" if own else "")

    def test_a_service_that_is_not_there_stops_the_build_before_anything_is_made(self):
        state = self.cloud.load()
        del state["services"]["web"]
        self.cloud.save(state)
        code, _ = self.build_from_images()
        self.assertNotEqual(code, 0)
        self.assertEqual(self.where("services update"), [])

    def test_a_service_without_a_revision_to_go_back_to_stops_the_build(self):
        state = self.cloud.load()
        state["services"]["web"]["traffic"] = {}
        self.cloud.save(state)
        code, said = self.build_from_images()
        self.assertNotEqual(code, 0)
        self.assertIn("web has no revision yet", said)
        self.assertEqual(self.where("services update"), [])

    def test_a_digest_that_nobody_told_stops_the_build(self):
        self.change(fails=["jobs update migrate"])
        self.build_from_images()
        images = self.folder / "state/images"
        for wrong in ["", "webhook latchkey/webhook:latest\n"]:
            with self.subTest(wrong):
                kept = [line for line in images.read_text().splitlines(True) if not line.startswith("webhook ")]
                images.write_text("".join(kept) + wrong)
                code, said = self.step("deploy")
                self.assertNotEqual(code, 0)
                self.assertIn("no digest of the image webhook", said)
                self.assertEqual(self.where("services update"), [])

    def test_a_push_that_fails_leaves_no_list_of_images(self):
        self.change(fails=["docker buildx build .*FUNCTION=orders"])
        code, _ = self.build()
        self.assertNotEqual(code, 0)
        self.assertFalse((self.folder / "state/images").exists())
        self.assertEqual(self.where("^gcloud run"), [])

    def test_images_alone_can_be_wanted(self):
        code, said = self.build(DEPLOY="false")
        self.assertEqual((code, self.where("^gcloud run")), (0, []), said)
        self.assertTrue((self.folder / "state/images").exists())

    def test_a_build_that_is_not_told_what_it_needs_says_so(self):
        for name in ["REGION", "REPOSITORY", "COMMIT_SHA"]:
            code, said = self.step("plan", **{name: ""})
            self.assertNotEqual(code, 0)
            self.assertIn(f"{name} is not set", said)

    def test_every_service_has_something_to_be_asked(self):
        self.assertEqual(set(self.services.smoke), set(SERVICES))
        self.assertTrue(all(self.services.smoke.values()))


if __name__ == "__main__":
    unittest.main()
