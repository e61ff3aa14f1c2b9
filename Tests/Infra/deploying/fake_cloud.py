#!/usr/bin/python3 -B
"""A project on Cloud Run that exists in one file: what a stand-in for `gcloud` and `docker` knows, changes and records.

The stand-ins are this very file, found on PATH under those names. Services answer over real HTTP (`serve.py`).
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

STATE = "FAKE_CLOUD"


class Cloud:
    """The state file, and what the stand-ins were told so far."""

    def __init__(self, file):
        self.file = Path(file)

    def load(self):
        return json.loads(self.file.read_text(encoding="utf-8"))

    def save(self, state):
        draft = self.file.with_suffix(".new")
        draft.write_text(json.dumps(state), encoding="utf-8")
        draft.replace(self.file)

    @staticmethod
    def new(names, base):
        """Every service with one revision that has all traffic; jobs that were never run."""
        services = {
            name: {"url": f"{base}/{name}/live", "base": base, "traffic": {f"{name}-00001-old": 100}, "tags": {}, "count": 1}
            for name in names
        }
        return {"services": services, "jobs": {}, "builds": [], "calls": [], "fails": [], "broken": []}


def main():
    cloud = Cloud(os.environ[STATE])
    state, program, words = cloud.load(), Path(sys.argv[0]).name, sys.argv[1:]
    line = " ".join([program, *(word if "\n" not in word else "…" for word in words)])
    state["calls"].append(line)
    cloud.save(state)
    if any(re.search(pattern, line) for pattern in state["fails"]):
        print(f"{program}: told to fail", file=sys.stderr)
        return 1
    return _docker(words) if program == "docker" else _gcloud(cloud, state, words)


def _gcloud(cloud, state, words):
    options, rest = _options(words)
    if "--region" in options and rest == ["builds", "list"]:
        print(json.dumps(state["builds"]))
        return 0
    if "--region" not in options or rest[0] != "run":
        return _refuse(f"no region, or not Cloud Run: {rest}")
    kind, verb, name = rest[1], rest[2], rest[3]
    if kind == "services":
        return _service(cloud, state, verb, name, options)
    if (kind, verb) == ("jobs", "update"):
        state["jobs"][name] = options["--image"]
        cloud.save(state)
        return 0
    if (kind, verb) == ("jobs", "describe"):
        print(state["jobs"].get(name, ""))
        return 0
    if (kind, verb) == ("jobs", "execute"):
        return _execute(name, options)
    return _refuse(rest)


def _service(cloud, state, verb, name, options):
    service = state["services"].get(name)
    if service is None:
        return _refuse(f"no service {name}")
    if verb == "describe":
        print(json.dumps(_described(name, service)))
        return 0
    if verb == "update":
        service["count"] += 1
        revision = f"{name}-{service['count']:05}-new"
        service["tags"][options["--tag"]] = revision
        service.setdefault("images", {})[revision] = options["--image"]
        if "--no-traffic" not in options:
            service["traffic"] = {revision: 100}
    elif verb == "update-traffic" and "--remove-tags" in options:
        del service["tags"][options["--remove-tags"]]
    elif verb == "update-traffic":
        shares = dict(share.split("=") for share in options["--to-revisions"].split(","))
        service["traffic"] = {revision: int(share) for revision, share in shares.items()}
    else:
        return _refuse(verb)
    cloud.save(state)
    return 0


def _described(name, service):
    """As the real answer: knative's Service."""
    traffic = [{"revisionName": revision, "percent": share} for revision, share in service["traffic"].items()]
    traffic += [
        {"revisionName": revision, "tag": tag, "url": f"{service['base']}/{name}/{tag}"}
        for tag, revision in service["tags"].items()
    ]
    return {"metadata": {"name": name}, "status": {"url": service["url"], "traffic": traffic}}


def _execute(name, options):
    """The job `smoke` does what it was handed; any other is done."""
    if "--wait" not in options:
        return _refuse("nobody waits for the job")
    if name != "smoke":
        return 0
    between, text = re.fullmatch(r"\^([^^]+)\^(.*)", options["--args"], re.DOTALL).groups()
    return subprocess.run(["bash", *text.split(between)]).returncode


def _docker(words):
    options, rest = _options(words)
    if rest[:2] != ["buildx", "build"]:
        return 0
    told = Path(options["--metadata-file"])
    digest = hashlib.sha256(options["--build-arg"].encode()).hexdigest()
    told.write_text(json.dumps({"buildx.build.ref": "a/b/c", "containerimage.digest": f"sha256:{digest}"}, indent=2))
    return 0


def _options(words):
    """Options with their values, and the words between them."""
    options, rest, left = {}, [], list(words)
    alone = {"--quiet", "--no-traffic", "--wait", "--push", "--use"}
    while left:
        word = left.pop(0)
        if not word.startswith("--"):
            rest.append(word)
        elif "=" in word or word in alone:
            name, _, value = word.partition("=")
            options[name] = value
        else:
            options[word] = left.pop(0)
    return options, rest


def _refuse(why):
    print(f"the stand-in does not know: {why}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
