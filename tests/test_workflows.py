"""The job that users copy does what it says, here as there. Its syntax and its rights are `make lint`'s to judge."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

JOB = ROOT / "examples" / "github" / "tag-digest.yml"


@pytest.mark.slow
def test_the_job_that_users_copy_publishes_what_the_rule_is_sure_of(tmp_path: Path) -> None:
    job = yaml.safe_load(JOB.read_text())["jobs"]["tag"]
    [script] = [step["run"] for step in job["steps"] if step.get("name") == "Tag the digest"]
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "tagger"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tagger "$@"\n')
    command.chmod(0o755)
    given = {
        "DAY": "2026-08-07",
        "SOURCE": str(ROOT / "examples" / "daily_papers_invented.txt"),
        "PYTHONPATH": str(ROOT),
    }
    environment = os.environ | job["env"] | given | {"PATH": f"{command.parent}:{os.environ['PATH']}"}
    for _ in range(2):
        subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=environment, check=True)
        digest = json.loads((tmp_path / "site" / "digest.json").read_text())
        assert len(digest["papers"]) + digest["withheld"] == 30 and digest["papers"]
        assert digest["tags_by_people"] == 0 and digest["tags_by_rule"] >= len(digest["papers"]) * 3
