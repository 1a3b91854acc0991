"""How many people a paper is given to."""

from __future__ import annotations

from tagger.studio.connection import talking
from tagger.studio.project import ONCE, Project


def share_papers(project: Project, percent: int) -> None:
    """Let a share of the project's papers, in percent, be given to two people, and the others to one.

    The server chooses which: those first that have annotations, then any; and anew whenever papers are added. A paper
    that two have annotated stays shared. Nothing is sent where it is so already. Raises StudioError.
    """
    people = 2 if percent else 1
    share = percent or 100  # the server's own default, where one person labels each
    with talking(project.url):
        found = project.client.projects.get(project.id)
        if (found.maximum_annotations, found.overlap_cohort_percentage) != (people, share):
            project.client.projects.update(
                project.id, maximum_annotations=people, overlap_cohort_percentage=share, request_options=ONCE
            )
