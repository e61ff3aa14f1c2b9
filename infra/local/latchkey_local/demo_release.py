"""The release that the demo shop sells: small, real archives, the same bytes every time they are made."""

import hashlib
import zipfile

PRODUCT, VERSION = "genx-delay", "1.0.0"
PLATFORMS = ["windows", "macos", "linux"]
SOURCE = "infra/local/demo-release"

# The oldest time that a zip file can tell; a fixed one keeps the bytes the same.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def make(layout):
    """Writes an archive per platform and answers their folder and a digest of them all."""
    folder = layout.folder / "releases" / VERSION
    digest = hashlib.sha256()
    for platform in PLATFORMS:
        archive = folder / platform / f"GenX-Delay-{VERSION}-{platform}.zip"
        archive.parent.mkdir(parents=True, exist_ok=True)
        _write(archive, layout.root / SOURCE)
        digest.update(archive.read_bytes())
    return folder, digest.hexdigest()


def _write(archive, source):
    draft = archive.with_suffix(".new")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as out:
        for file in sorted(path for path in source.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"GenX Delay/{file.relative_to(source).as_posix()}", FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            out.writestr(entry, file.read_bytes())
    draft.replace(archive)
