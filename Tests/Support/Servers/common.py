"""What the scripted servers share: certificates, announcements, and an end when the tests end."""

import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading


def say(*words):
    """One line to the test that started us."""
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def announce(port, certificate="-"):
    """Says where we listen; from then on our own troubles are part of the script."""
    say("port", port, certificate)
    sys.stderr = open(os.devnull, "w")


def end_with_parent(folder=None, hear=lambda line: None):
    """Ends the process when its standard input closes, which happens however the tests end; `hear` gets its lines."""

    def wait():
        try:
            for line in sys.stdin:
                hear(line.rstrip("\n"))
        finally:
            if folder:
                shutil.rmtree(folder, ignore_errors=True)
            os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


CONFIG = """
[ca]
default_ca = d
[d]
database = {folder}/index
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = p
copy_extensions = copy
unique_subject = no
[p]
commonName = supplied
"""


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_certificate(folder, host="localhost", expired=False):
    """A key and a self-signed certificate for `host`; answers the paths of both."""
    key, request, certificate, config = (os.path.join(folder, n) for n in ("key", "request", "certificate", "config"))
    with open(config, "w") as file:
        file.write(CONFIG.format(folder=folder))
    open(os.path.join(folder, "index"), "w").close()
    with open(os.path.join(folder, "serial"), "w") as file:
        file.write("01")
    names = "DNS:localhost,IP:127.0.0.1" if host == "localhost" else "DNS:" + host
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
            "-out", request, "-subj", "/CN=" + host, "-addext", "subjectAltName=" + names)
    years = ("20200101000000Z", "20200201000000Z") if expired else ("20200101000000Z", "20991231000000Z")
    openssl("ca", "-batch", "-config", config, "-selfsign", "-keyfile", key, "-in", request, "-startdate", years[0],
            "-enddate", years[1], "-out", certificate, "-notext")
    return key, certificate


def make_context(kind, host="localhost"):
    """A TLS context of the given kind (`good`, `wrong-host`, `expired`, `old`, `weak`), the certificate, and its folder."""
    folder = tempfile.mkdtemp()
    host = "elsewhere.example" if kind == "wrong-host" else host
    key, certificate = make_certificate(folder, host, expired=kind == "expired")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if kind == "old":
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    if kind == "weak":
        # No authenticated encryption: still on in every default.
        context.set_ciphers("ECDHE-ECDSA-AES128-SHA256")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context, certificate, folder
