"""The Dockerfile and the wheel that it installs."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
HADOLINT = Path(sys.executable).with_name("hadolint")


@pytest.mark.skipif(not HADOLINT.exists(), reason="needs hadolint of tests/requirements.txt")
def test_hadolint_has_nothing_to_say() -> None:
    lint = subprocess.run([HADOLINT, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert (lint.stdout, lint.returncode) == ("", 0)


def test_the_image_runs_as_a_user_without_rights_and_stops_by_sigterm() -> None:
    last = DOCKERFILE.split("\nFROM ")[-1]
    assert re.findall(r"^USER (.*)$", last, re.MULTILINE) == ["10001:10001"]
    assert "STOPSIGNAL SIGTERM" in last
    assert "VOLUME /gateway/var" in last
    assert re.findall(r"^EXPOSE (.*)$", last, re.MULTILINE) == ["8080 9090"]


def test_a_changed_source_is_in_the_image() -> None:
    """Of a mount of another stage buildah, and so podman, does not see that it has changed, and
    takes the layer that it made before (https://github.com/containers/buildah/issues/6609)."""
    assert "--mount" not in DOCKERFILE
    first, last = DOCKERFILE.split("\nFROM ")[1:]
    (taken,) = re.findall(r"^COPY --from=wheels (\S+) /$", last, re.MULTILINE)
    assert f"--root {taken} " in first
    assert "pip" not in last


def test_all_that_is_copied_is_let_through_by_dockerignore() -> None:
    copied = re.findall(r"^COPY (?!--from=)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    sources = [source for line in copied for source in line.split()]
    assert sources
    assert [source for source in sources if f"!{source}" not in allowed] == []
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_health_check_is_a_program_that_fails_where_nobody_listens() -> None:
    script = re.findall(r'^    "(from urllib.*)"\]$', DOCKERFILE, re.MULTILINE)[0]
    unheard = script.replace("9090", "9")
    check = subprocess.run([sys.executable, "-c", unheard], capture_output=True)
    assert "127.0.0.1:9090/healthz" in script
    assert check.returncode == 1


def test_the_wheel_brings_the_schemas(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="needs hatchling of tests/requirements.txt")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".json")}
    published = {f"gateway/{path.relative_to(ROOT)}" for path in ROOT.glob("schemas/**/*.json")}
    assert published
    assert published - packed == set()
