"""Each script that is shipped is loaded by a page."""

import re

from attention_point.foundation import paths

SCRIPTS = paths.PROJECT_FOLDER / "attention_point" / "foundation" / "web" / "static" / "js"
BASE = paths.PROJECT_FOLDER / "templates" / "base.html"


def test_every_script_is_loaded_by_every_page_or_by_the_one_that_needs_it() -> None:
    everywhere = re.search(r"{% set modules = \[(.*?)\] %}", BASE.read_text())
    assert everywhere
    loaded = set(re.findall(r'"([a-z-]+)"', everywhere.group(1)))
    for template in BASE.parent.rglob("*.html"):
        loaded |= set(re.findall(r"static\('js/([a-z-]+)\.js'\)", template.read_text()))
        for names in re.findall(r"{% for name in \[(.*?)\] %}\s*<script", template.read_text()):
            loaded |= set(re.findall(r'"([a-z-]+)"', names))
    assert loaded == {script.stem for script in SCRIPTS.glob("*.js")}
