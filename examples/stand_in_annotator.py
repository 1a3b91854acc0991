"""Annotates some papers over Label Studio's API in the place of a person: stand_in_annotator.py WORKSPACE COUNT."""

import json
import subprocess
import sys
from pathlib import Path

from label_studio_sdk import LabelStudio

# What a person would choose for these papers of the invented digest.
CHOICES = {
    "Wheelbarrow": ("text", "foundation-modeling", "large-language-model self-supervised-pretraining"),
    "Lantern Slides": ("image", "image-editing", "diffusion synthetic-data"),
    "Choir of Moths": ("audio", "audio-processing", "self-supervised-pretraining transformer-architecture"),
    "Twice-Told": ("text image", "model-efficiency", "knowledge-distillation survey"),
}


def main(workspace: str, count: int) -> None:
    """Submit annotations for the first ``count`` papers of the list above."""
    told = subprocess.run(
        ["tagger", "--workspace", workspace, "studio", "status", "--json"], check=True, capture_output=True, text=True
    )
    status = json.loads(told.stdout)
    token = Path(status["token_file"]).read_text().strip()
    client = LabelStudio(base_url=status["url"], api_key=token)
    done = 0
    for task in client.tasks.list(project=status["project"], fields="all"):
        chosen = CHOICES.get(task.data["title"].split(":")[0])
        if chosen is None or done == count:
            continue
        result = [
            {"from_name": name, "to_name": "abstract", "type": "choices", "value": {"choices": tags.split()}}
            for name, tags in zip(("modality", "task", "method-family"), chosen, strict=True)
        ]
        client.annotations.create(int(task.id), result=result, request_options={"max_retries": 0})
        print(f"annotated: {task.data['title']}")
        done += 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
