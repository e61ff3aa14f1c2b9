"""Copies of infra/terraform to work in, so that nothing that Terraform writes lands beside the sources."""

import shutil
import tempfile
from pathlib import Path

from .command import Terraform

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "infra/terraform"
SCRATCH = ROOT / ".local/infra-terraform"
MODULE = "infra/terraform/modules/shop"
VALUES = ["staging", "production"]

_terraform = None


def terraform():
    """Terraform, made ready once for all tests."""
    global _terraform  # pylint: disable=global-statement
    if _terraform is None:
        _terraform = Terraform(SCRATCH, SOURCES)
    return _terraform


class Workspace:
    """A copy that goes away at the end of a `with` block."""

    def __enter__(self):
        SCRATCH.mkdir(parents=True, exist_ok=True)
        self.root = Path(tempfile.mkdtemp(prefix="copy-", dir=SCRATCH))
        ignored = shutil.ignore_patterns(".terraform*", "*.tfstate*")
        shutil.copytree(SOURCES, self.root / "infra/terraform", ignore=ignored)
        for table in ["functions.json", "settings.json"]:
            shutil.copy(ROOT / "infra" / table, self.root / "infra")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root)

    @property
    def module(self):
        """The module that makes a shop."""
        return self.root / MODULE

    @property
    def whole(self):
        """The root that staging and production are made from, its module found."""
        folder = self.root / "infra/terraform"
        found = terraform().run(folder, "get")
        assert found.returncode == 0, found.stderr
        return folder

    def plant(self, file, old, new):
        """Changes a text that stands exactly once in a file of the module."""
        path = self.module / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file}: {old!r} stands there {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")
