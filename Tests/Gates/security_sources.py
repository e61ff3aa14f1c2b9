"""What the source must not hold, and what cryptography there is in it."""

import os
import re

import security_documents

ALGORITHMS = "Algorithms"

PRODUCT = ("Functions", "Shared", "infra/mail", "infra/migrations")
NOT_OURS = {".git", ".build", ".local", ".venv", "__pycache__", ".swiftpm"}

# What a secret of the services that we use looks like. Vectors and sample keys are published ones that open nothing.
SECRETS = re.compile(
    r"\b[sr]k_live_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/]{24,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bAKIA[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}|\bGOOG1E[A-Z0-9]{50,}|\bgh[pousr]_[A-Za-z0-9]{36}"
)
PUBLISHED = ("Tests/Vectors/", "Tests/Platform/CryptoTests/SampleKeys.swift", "Tests/Support/SampleIssuer.swift")

# What the product does without, and the requirements that do not apply for that reason.
ABSENT = {
    "cookies": (r"Set-Cookie", ["V3.3.1", "V3.3.2", "V3.3.3", "V3.3.4"]),
    "scripts in pages": (r"<script\b|javascript:\w", ["V3.2.2", "V15.3.6"]),
    "storage in browsers": (r"\b(?:local|session)Storage\b|\bindexedDB\b", ["V14.3.1", "V14.3.3"]),
    "messages between windows": (r"\bpostMessage\b", ["V3.5.5"]),
    "cross-origin sharing": (r"Access-Control-", ["V3.4.2", "V3.5.2"]),
    "WebSockets": (r"\bWebSocket\b|Sec-WebSocket", ["V4.4.1", "V4.4.2", "V4.4.3", "V4.4.4"]),
    "GraphQL": (r"\bGraphQL\b", ["V4.3.1", "V4.3.2"]),
    "other programs": (r"\bposix_spawn|\bpopen\(|\bsystem\(|\bexecv|\bProcess\(", ["V1.2.5"]),
    "LDAP": (r"\bldap_|\bLDAP\b", ["V1.2.6"]),
    "XML": (r"\bXMLParser\b|\bXMLDocument\b|\bxml2\b|\bXPath\b", ["V1.2.7", "V1.5.1"]),
    "regular expressions": (r"\bRegex\b|\bNSRegularExpression\b|\bregcomp\(", ["V1.2.9"]),
    "code from data": (r"\bdlopen\(|\bJSContext\b|\beval\(", ["V1.3.2"]),
    "format strings": (r"String\(format|\bv?s?n?printf\(", ["V1.3.10"]),
    "caches of others": (r"\bmemcached?\b|\bredis\b", ["V1.3.9"]),
    "encryption of our own": (
        r"\bEVP_(?:aes|chacha|Encrypt|Decrypt|Cipher|Seal|Open)\w*|\bpgp_sym",
        ["V11.3.1", "V11.3.2", "V11.3.3", "V11.3.4", "V11.3.5"],
    ),
    "passwords of people": (
        r"type=\"password\"|\bscrypt\b|\bbcrypt\b|\bargon2", ["V11.4.2", "V11.4.4", "V6.2.1", "V6.2.6"]
    ),
}

# Where libcrypto's algorithms, and those of Postgres, are called by name.
CRYPTOGRAPHY = re.compile(
    r"\bEVP_(?:sha\w+|md\d|PKEY_(?:RSA|EC|ED|X\d|DSA|DH)\w*)\b|\bCRYPTO_memcmp\b|\bRAND_bytes\b|\bHMAC(?=\()"
    r"|(?<=_fetch\(nil, \")\w+(?=\")"
    r"|\b(?:md5|sha\d{3}|crypt)(?=\()"
)
CRYPTOGRAPHY_PLACES = ("Shared/Platform/Crypto/", "infra/migrations/")


def faults(root, statuses):
    """Every broken rule; `statuses` tell what is said of each requirement."""
    policy = security_documents.sections((root / security_documents.POLICY).read_text(encoding="utf-8"))
    product = [file for folder in PRODUCT for file in _files(root, folder)]
    return [*secrets(root), *absences(product, statuses), *algorithms(product, policy)]


def secrets(root):
    """A file holds what looks like a secret."""
    for path, text in _files(root, "."):
        if not path.startswith(PUBLISHED) and (found := SECRETS.search(text)):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{path}:{line}: looks like a secret: take it out of the history and change it"


def absences(product, statuses):
    """Something is there that requirements were said not to apply for the want of, or they are said to apply."""
    for thing, (pattern, ids) in ABSENT.items():
        found = next((path for path, text in product if re.search(pattern, text)), None)
        if found:
            yield f"{found}: {thing} have come: {', '.join(ids)} may apply now"
        for id in ids:
            if statuses.get(id) != "not applicable":
                yield f"{id}: there are no {thing}, so it does not apply: say so, or take it from ABSENT"


def algorithms(product, policy):
    """Cryptography outside its places, or not as the policy's table has it."""
    used = {}
    for path, text in product:
        code = re.sub(r"(?m)^\s*(?:///?|--).*$", "", text)
        for name in CRYPTOGRAPHY.findall(code):
            used.setdefault(name, path)
            if path.endswith((".swift", ".sql")) and not path.startswith(CRYPTOGRAPHY_PLACES):
                yield f"{path}: {name}: cryptography belongs into {' or '.join(CRYPTOGRAPHY_PLACES)}"
    table = " ".join(row[2] for row in security_documents.rows(policy.get(ALGORITHMS, "")))
    listed = set(re.findall(r"`(\w+)`", table))
    for name in sorted(used.keys() - listed):
        yield f"{security_documents.POLICY}: {ALGORITHMS}: {name} of {used[name]} is missing"
    for name in sorted(listed - used.keys()):
        yield f"{security_documents.POLICY}: {ALGORITHMS}: {name} is used nowhere"


def _files(root, folder):
    """The text files below a folder, by their path in the repository."""
    for place, folders, names in os.walk(root / folder):
        folders[:] = sorted(set(folders) - NOT_OURS)
        for name in sorted(names):
            path = os.path.join(place, name)
            if os.path.islink(path):
                continue
            with open(path, "rb") as file:
                content = file.read()
            if b"\0" not in content[:4096]:
                yield os.path.relpath(path, root).replace(os.sep, "/"), content.decode(errors="replace")
