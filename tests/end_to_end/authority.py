"""Certificates right and wrong, made by the openssl command for tests of who gets in."""

import datetime
import pathlib
import subprocess

CONFIG = """
[ca]
default_ca = here
[here]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
unique_subject = no
policy = any
x509_extensions = of_an_end
copy_extensions = none
[any]
commonName = supplied
[of_an_end]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
{extensions}
[req]
distinguished_name = name
[name]
"""


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"openssl {arguments}: {done.stderr}")


def new_key(path):
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    path.chmod(0o600)


def subject(common_name):
    return "/CN=" + common_name.replace("/", "\\/")


def at(days):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return moment.strftime("%Y%m%d%H%M%SZ")


class Authority:
    """Signs what it is asked to, also what nobody should accept."""

    def __init__(self, folder, certificate, key):
        self.folder, self.certificate, self.key = pathlib.Path(folder), certificate, key
        self.folder.mkdir(exist_ok=True)
        (self.folder / "index.txt").touch()

    @classmethod
    def make(cls, folder, name):
        folder = pathlib.Path(folder)
        folder.mkdir()
        certificate, key = folder / "ca.pem", folder / "ca.key"
        new_key(key)
        openssl("req", "-x509", "-new", "-key", key, "-subj", subject(name), "-days", 30, "-out", certificate,
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
        return cls(folder, certificate, key)

    def issue(self, name, common_name, usage="clientAuth", names=None, days=(-1, 30), self_signed=False):
        """(certificate, key) in this authority's folder; `names` is a subjectAltName as openssl writes it."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        request, config = self.folder / f"{name}.csr", self.folder / f"{name}.cnf"
        new_key(key)
        extensions = f"extendedKeyUsage = {usage}\n" + (f"subjectAltName = {names}\n" if names else "")
        config.write_text(CONFIG.format(folder=self.folder, extensions=extensions))
        openssl("req", "-new", "-key", key, "-subj", subject(common_name), "-config", config, "-out", request)
        signer = ["-selfsign", "-keyfile", key] if self_signed else ["-cert", self.certificate, "-keyfile", self.key]
        openssl("ca", "-batch", "-notext", "-config", config, "-in", request, "-out", certificate,
                "-startdate", at(days[0]), "-enddate", at(days[1]), *signer)
        return certificate, key
