"""What neither of Google's two readers says of a cloudbuild.yaml: steps that wait for nobody, files that are not there."""

import re
import sys
from pathlib import Path

import yaml
from google.cloud.devtools import cloudbuild_v1
from google.protobuf import json_format

ROOT = Path(__file__).resolve().parents[3]
BUILT_IN = {"PROJECT_ID", "BUILD_ID", "PROJECT_NUMBER", "LOCATION", "COMMIT_SHA", "SHORT_SHA", "BRANCH_NAME", "TAG_NAME"}
SUBSTITUTION = re.compile(r"(?<!\$)\$(?:\{(\w+)\}|(\w+))")


def faults_of(text):
    """Every fault of a build's text, in a line each."""
    build = yaml.safe_load(text)
    try:
        json_format.ParseDict(build, cloudbuild_v1.Build.pb(cloudbuild_v1.Build()))
    except json_format.ParseError as error:
        return [str(error)]
    return [*_steps(build), *_substitutions(build, text), *_secrets(build), *_whole(build), *_apart(build)]


def _steps(build):
    seen = set()
    for step in build["steps"]:
        name = step.get("id")
        if not name or name in seen:
            yield f"a step has no ID of its own: {name}"
        for other in step.get("waitFor", []):
            if other != "-" and other not in seen:
                yield f"{name} waits for {other}, which is no step before it"
        if not step.get("waitFor"):
            yield f"{name} does not say what it waits for"
        if not step.get("timeout"):
            yield f"{name} may take for ever"
        for word in step.get("args", []):
            if "/" in word and not (ROOT / word).is_file():
                yield f"{name} runs {word}, which does not exist"
        seen.add(name)


def _substitutions(build, text):
    known = set(build.get("substitutions", {}))
    for name in sorted(known):
        if not re.fullmatch(r"_[A-Z0-9_]+", name):
            yield f"the substitution {name} does not begin with _"
    plain = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    used = {one or other for one, other in SUBSTITUTION.findall(plain)}
    for name in sorted(used - known - BUILT_IN):
        yield f"nothing says what ${name} is"
    for name in sorted(known - used):
        yield f"nobody uses ${name}"


def _secrets(build):
    available = build.get("availableSecrets", {}).get("secretManager", [])
    names = {secret["env"] for secret in available}
    for step in build["steps"]:
        for name in step.get("secretEnv", []):
            if name not in names:
                yield f"{step.get('id')} wants the secret {name}, which is not available"


def _whole(build):
    seconds = [int(str(step.get("timeout", "0s")).removesuffix("s")) for step in build["steps"]]
    if int(build["timeout"].removesuffix("s")) < max(seconds):
        yield "the build ends before its longest step may"
    if build["options"].get("logging") != "CLOUD_LOGGING_ONLY":
        yield "a build under an account of its own needs to say where it logs"


def _apart(build):
    """All steps of a build share its folder and its account, so tests are alone, and nothing deploys but what was tested."""
    scripts = {step.get("id"): (step.get("args") or [""])[0].removeprefix("infra/deploy/") for step in build["steps"]}
    if "test" in scripts.values():
        for name, script in scripts.items():
            if script != "test":
                yield f"{name} shares its build with tests, which run other people's code"
        return
    first, *rest = build["steps"]
    if scripts[first.get("id")] != "tested":
        yield f"{first.get('id')} begins before anybody asked whether the commit was tested"
    for step in rest:
        if "-" in step.get("waitFor", []):
            yield f"{step.get('id')} does not wait to hear whether the commit was tested"


def main():
    faults = [fault for file in sys.argv[1:] for fault in faults_of(Path(file).read_text(encoding="utf-8"))]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
