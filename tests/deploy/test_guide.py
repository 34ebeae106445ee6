"""deploy/README.md and the pages beside it: what they point at is there."""

import re
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
PAGES = ["README.md", "performance.md", "sizing.md", "security.md"]


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    text = (DEPLOY / name).read_text()
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", text)
    wrong = [
        link
        for link in links
        if not (link[1:] in anchors if link.startswith("#") else (DEPLOY / link).exists())
    ]
    assert wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_every_module_that_a_page_runs_is_there(name: str) -> None:
    root = DEPLOY.parent
    modules = re.findall(r"python -m (tests\.[\w.]+)", (DEPLOY / name).read_text())
    paths = [root / module.replace(".", "/") for module in modules]
    missing = [p for p in paths if not (p.is_dir() or p.with_suffix(".py").exists())]
    assert missing == []
