"""Runs Terraform with the provider that knows the schema alone."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from . import schema

HERE = Path(__file__).resolve().parent
OLDEST = (1, 11)


class Unusable(Exception):
    """Terraform is not there, too old, or said what is no answer."""


class Terraform:
    """Terraform with its plugin in `folder`, for the resource types that the files below `sources` name."""

    def __init__(self, folder, sources):
        self._program = shutil.which("terraform")
        if self._program is None:
            raise Unusable("terraform is missing")
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_CLI_CONFIG_FILE": str(folder / "cli.tfrc"),
            "LATCHKEY_PROVIDER_SCHEMA": str(folder / "schema.json"),
        }
        folder.mkdir(parents=True, exist_ok=True)
        self._write_configuration(folder)
        self._check_version()
        known = schema.build(_named_types(sources))
        (folder / "schema.json").write_text(json.dumps(known), encoding="utf-8")
        self.types = {("resource", name) for name in known["resources"]} | {("data", name) for name in known["data"]}

    def _write_configuration(self, folder):
        plugin = folder / "plugin/terraform-provider-google"
        plugin.parent.mkdir(exist_ok=True)
        command = shlex.join([sys.executable, str(HERE / "provider.py")])
        plugin.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        plugin.chmod(0o755)
        (folder / "cli.tfrc").write_text(
            f'provider_installation {{\n  dev_overrides {{ "hashicorp/google" = {json.dumps(str(plugin.parent))} }}\n'
            "  direct {}\n}\n",
            encoding="utf-8",
        )

    def _check_version(self):
        said = json.loads(self.run(Path.cwd(), "version", "-json").stdout)["terraform_version"]
        if tuple(int(part) for part in said.split(".")[:2]) < OLDEST:
            raise Unusable(f"terraform {said} is too old: {OLDEST[0]}.{OLDEST[1]} or later is needed.")

    def run(self, folder, *arguments):
        """Runs one command of Terraform's in `folder`."""
        return subprocess.run(
            [self._program, *arguments], cwd=folder, env=self._environment, capture_output=True, text=True, timeout=600
        )

    def validate(self, folder):
        """What is wrong with the files in `folder`: a summary and detail for each fault."""
        said = self.run(folder, "validate", "-json").stdout
        return [_words(one) for one in json.loads(said)["diagnostics"] if _is_error(one)]

    def test(self, folder, values, *options):
        """Runs the tests in `folder` with a file of values: how many held, and each failure's words."""
        result = self.run(folder, "test", f"-var-file={values}", "-json", *options)
        events = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
        summary = next((event["test_summary"] for event in events if event["type"] == "test_summary"), None)
        diagnostics = [event["diagnostic"] for event in events if event["type"] == "diagnostic"]
        failures = [_words(one) for one in diagnostics if _is_error(one)]
        if summary is None and not failures:
            raise Unusable(f"terraform test said nothing of use: {result.stdout[-500:]}{result.stderr[-500:]}")
        held = summary["passed"] if summary else 0
        if result.returncode and not failures:
            failures.append(f"terraform test ended with {result.returncode}")
        return held, failures


def _is_error(diagnostic):
    return diagnostic["severity"] == "error"


def _words(diagnostic):
    place = diagnostic.get("range", {})
    where = f"{place['filename']}:{place['start']['line']}: " if place else ""
    return f"{where}{diagnostic['summary']}: {diagnostic.get('detail', '')}"


def _named_types(sources):
    words = (file.read_text(encoding="utf-8") for file in Path(sources).rglob("*.tf"))
    return {name for text in words for name in re.findall(r'^(?:resource|data) "(google_\w+)"', text, re.MULTILINE)}
