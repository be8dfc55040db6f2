"""The script that sets up TLS for the tablets of a local network: what it writes, and what it refuses."""

import shutil
import subprocess
from pathlib import Path

import pytest

from attention_point.foundation.network.ip_addresses import read_networks
from attention_point.foundation.settings import read_settings

SCRIPT = Path(__file__).parents[2] / "deploy/local-network/set-up.sh"
NAMES = ["--name", "192.168.7.10", "--name", "point.lan"]


def set_up(*arguments: str, language: str = "en_US.UTF-8") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": language}
    return subprocess.run(
        ["sh", SCRIPT, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def write_below(root: Path, *arguments: str) -> str:
    """Write the files below a folder; what the script said."""
    outcome = set_up(*(arguments or NAMES), "--root", str(root))
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


def show_certificate(root: Path, *options: str) -> str:
    certificate = root / "etc/caddy/attention-point/authority.crt"
    return subprocess.run(
        ["openssl", "x509", "-in", certificate, "-noout", *options], capture_output=True, text=True, check=True
    ).stdout


def test_a_plain_shell_reads_it() -> None:
    subprocess.run(["sh", "-n", SCRIPT], check=True)


def test_the_program_gets_its_public_address_and_its_proxy(tmp_path: Path) -> None:
    write_below(tmp_path)
    lines = (tmp_path / "etc/attention-point.env").read_text().splitlines()
    settings = read_settings(dict(line.split("=", 1) for line in lines))
    assert settings.public_url == "https://192.168.7.10"
    assert settings.uses_https
    assert settings.trusted_proxies == read_networks("127.0.0.1")
    assert settings.instance == Path("/var/lib/attention-point")


def test_other_settings_stay(tmp_path: Path) -> None:
    settings_file = tmp_path / "etc/attention-point.env"
    settings_file.parent.mkdir()
    settings_file.write_text("ATTENTION_POINT_CONTACT=office@example.org\nATTENTION_POINT_PUBLIC_URL=http://old\n")
    write_below(tmp_path)
    settings = settings_file.read_text()
    assert "ATTENTION_POINT_CONTACT=office@example.org\n" in settings
    assert settings.count("PUBLIC_URL") == 1
    assert settings_file.stat().st_mode & 0o777 == 0o640


def test_the_authority_signs_for_the_names_of_the_point_alone(tmp_path: Path) -> None:
    write_below(tmp_path)
    constraints = show_certificate(tmp_path, "-ext", "nameConstraints")
    permitted, _, excluded = constraints.partition("Excluded:")
    assert "critical" in permitted
    assert "IP:192.168.7.10/255.255.255.255" in permitted
    assert "DNS:point.lan" in permitted
    assert "IP:0:0:0:0:0:0:0:0/0:0:0:0:0:0:0:0" in excluded
    assert "CA:TRUE, pathlen:0" in show_certificate(tmp_path, "-ext", "basicConstraints")
    assert (tmp_path / "etc/caddy/attention-point/authority.key").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("name", "constraint"),
    [("192.168.7.10", "DNS:point.invalid"), ("point.lan", "IP:0.0.0.0/0.0.0.0")],
)
def test_the_kind_of_name_that_the_point_has_not_is_shut(tmp_path: Path, name: str, constraint: str) -> None:
    write_below(tmp_path, "--name", name)
    assert constraint in show_certificate(tmp_path, "-ext", "nameConstraints")


def test_a_leaf_for_another_name_is_not_believed(tmp_path: Path) -> None:
    write_below(tmp_path)
    authority = tmp_path / "etc/caddy/attention-point/authority"
    for name, is_believed in (("point.lan", True), ("bank.example", False)):
        key, leaf = tmp_path / f"{name}.key", tmp_path / f"{name}.crt"
        request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-days", "9"]
        signing = ["-CA", f"{authority}.crt", "-CAkey", f"{authority}.key", "-addext", f"subjectAltName=DNS:{name}"]
        not_authority = ["-addext", "basicConstraints=critical,CA:FALSE"]
        subprocess.run([*request, *signing, *not_authority, "-keyout", key, "-out", leaf], check=True, stderr=-3)
        check = subprocess.run(["openssl", "verify", "-CAfile", f"{authority}.crt", leaf], check=False, stderr=-3)
        assert (check.returncode == 0) is is_believed, name


def test_again_it_changes_nothing(tmp_path: Path) -> None:
    write_below(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    said = write_below(tmp_path)
    assert "0 files changed." in said
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_another_name_needs_a_new_authority_and_changes_nothing_before(tmp_path: Path) -> None:
    write_below(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    outcome = set_up("--name", "192.168.7.1", "--root", str(tmp_path))
    assert outcome.returncode == 1
    assert "cannot sign for 192.168.7.1." in outcome.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    write_below(tmp_path, "--name", "192.168.7.1", "--new-authority")
    assert "192.168.7.1/" in show_certificate(tmp_path, "-ext", "nameConstraints")


def test_the_authority_may_lie_beside_more_names_than_are_served(tmp_path: Path) -> None:
    write_below(tmp_path)
    write_below(tmp_path, "--name", "point.lan")
    assert "https://point.lan {" in (tmp_path / "etc/caddy/Caddyfile").read_text()


def test_another_caddyfile_is_kept(tmp_path: Path) -> None:
    caddyfile = tmp_path / "etc/caddy/Caddyfile"
    caddyfile.parent.mkdir(parents=True)
    caddyfile.write_text(":80 { respond ours }\n")
    assert "Caddyfile.before" in write_below(tmp_path)
    assert caddyfile.with_name("Caddyfile.before").read_text() == ":80 { respond ours }\n"
    assert "Caddyfile.before" not in write_below(tmp_path)


def test_the_page_leads_to_the_point_and_to_its_certificate(tmp_path: Path) -> None:
    write_below(tmp_path)
    folder = tmp_path / "usr/local/share/attention-point"
    page = (folder / "trust.html").read_text()
    assert "@" not in page
    assert 'href="https://192.168.7.10/"' in page
    assert 'href="/attention-point.crt"' in page
    certificate = (folder / "attention-point.crt").read_text()
    assert certificate == (tmp_path / "etc/caddy/attention-point/authority.crt").read_text()
    assert "PRIVATE" not in certificate


def test_a_dry_run_says_what_it_would_do_and_does_nothing(tmp_path: Path) -> None:
    outcome = set_up(*NAMES, "--root", str(tmp_path), "--dry-run")
    assert outcome.returncode == 0, outcome.stderr
    assert "systemctl enable --now attention-point.service" in outcome.stdout
    assert "Caddyfile" in outcome.stdout
    assert not list(tmp_path.iterdir())


def test_it_speaks_the_language_of_the_terminal(tmp_path: Path) -> None:
    assert "archivos cambiados" in set_up(*NAMES, "--root", str(tmp_path), language="es_CO.UTF-8").stdout


@pytest.mark.parametrize(
    "arguments",
    [[], ["--name"], ["--name", "point.lan", "--port", "http"], ["--what"]],
)
def test_wrong_usage(arguments: list[str]) -> None:
    outcome = set_up(*arguments)
    assert outcome.returncode == 2
    assert "usage:" in outcome.stderr


@pytest.mark.parametrize(
    "name", ["Point.lan", "point lan", "https://point.lan", "point.lan/", "fe80::1", "a;reboot", ""]
)
def test_a_name_that_is_no_address_is_refused(tmp_path: Path, name: str) -> None:
    outcome = set_up("--name", name, "--root", str(tmp_path))
    assert outcome.returncode == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not shutil.which("caddy"), reason="caddy reads its file where it is installed")
def test_caddy_reads_its_file(tmp_path: Path) -> None:
    write_below(tmp_path)
    caddyfile = tmp_path / "etc/caddy/Caddyfile"
    caddyfile.write_text(caddyfile.read_text().replace("/etc/caddy/", f"{tmp_path}/etc/caddy/"))
    command = ["caddy", "validate", "--config", str(caddyfile), "--adapter", "caddyfile"]
    outcome = subprocess.run(command, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, check=False)
    assert outcome.returncode == 0
