"""``tagger train``, ``evaluate`` and ``predict``."""

import json as json_module
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tagger.cli.evaluation import evaluation_in_words
from tagger.cli.evidence import LEGEND, explained
from tagger.cli.output import Day, Explain, Json, counted, fail, note, paper_line, progress_bar, show
from tagger.errors import ModelError
from tagger.files import write_file
from tagger.learning.options import Aim, EvaluationOptions, Recipe, TrainingOptions, parse_aim

BLIND = "  (to be judged blind: tagger review audit)"

if TYPE_CHECKING:
    from tagger.steps.predict import Predicted

Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The same data and seed give the same model.")]
Body = Annotated[Literal["tuned", "frozen"], typer.Option(help="Fine-tune the encoder, or leave it as it is.")]
DEFAULT_MINUTES = TrainingOptions().minutes
Minutes = Annotated[float, typer.Option(min=0.1, max=1440, help="The most that fine-tuning may take.")]
AimText = Annotated[
    str, typer.Option(metavar="AIM", help="What to suggest tags for: f1, or a floor as in precision=0.95.")
]
Kind = Annotated[
    Recipe,
    typer.Option("--recipe", help="tagger's own way, or plain SetFit as its library trains it, to compare with."),
]


def train(
    context: typer.Context,
    seed: Seed = 0,
    body: Body = "tuned",
    minutes: Minutes = DEFAULT_MINUTES,
    aim: AimText = "f1",
    recipe: Kind = "stack",
    steps: Annotated[
        tuple[int, int, int] | None,
        typer.Option(min=0, help="Fine-tuning's steps, as `models show` has them, to repeat a run that the clock cut."),
    ] = None,
    json: Json = False,
) -> None:
    """Make a new model version from what people annotated, and make it the current one unless it does worse than that.

    Example: tagger train
    """
    from tagger.steps import train as training
    from tagger.steps.workspace import open_workspace

    options = TrainingOptions(seed=seed, recipe=recipe, body=body, minutes=minutes, aim=aim_of(aim), steps=steps)
    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        result = training.train(workspace, options=options, now=datetime.now().astimezone(), progress=progress)
    version = result.version
    document = {"model": version.name, "papers": version.papers, "seconds": round(result.seconds, 1)}
    document |= {"aim": version.figures["aim"]}
    trained = f"Trained {version.name} on {counted(version.papers, 'paper')} in {result.seconds:.0f} s"
    lines = [
        line
        for line in (
            trained,
            result.recipe,
            result.tuning,
            result.aim,
            result.readiness.sentence,
            result.standing,
            "Next: tagger predict",
        )
        if line
    ]
    more = {"readiness": result.readiness.sentence, "figures": version.figures, "promoted": result.promoted}
    more |= {"comparison": result.comparison.document() if result.comparison else None}
    show(document | more, "\n".join(lines), as_json=json)


def evaluate(
    context: typer.Context,
    folds: Annotated[int, typer.Option(min=2, max=20, help="How many parts take turns being held out.")] = 5,
    seed: Seed = 0,
    body: Body = "tuned",
    minutes: Minutes = DEFAULT_MINUTES,
    aim: AimText = "f1",
    recipe: Kind = "stack",
    curve: Annotated[
        bool, typer.Option("--curve", help="Also with fewer labelled papers; takes about twice as long.")
    ] = False,
    compare_setfit: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="STEPS",
            help="Also plain SetFit, trained for so many steps a fold and dimension (seconds each).",
        ),
    ] = 0,
    plots: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Draw the figures there, SVG and PNG.")] = None,
    json: Json = False,
) -> None:
    """Cross-validate: what a model trained on the present annotations would score on papers it hasn't seen.

    Intervals hold 95 % of the figures that other draws of papers would give. Simpler ways of tagging are judged in the
    same folds.

    Example: tagger evaluate --body frozen --curve --plots figures
    """
    from tagger.steps import evaluate as evaluating
    from tagger.steps.workspace import open_workspace

    options = TrainingOptions(seed=seed, recipe=recipe, body=body, minutes=minutes, aim=aim_of(aim))
    how = EvaluationOptions(folds=folds, curve=curve, setfit_steps=compare_setfit)
    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        result = evaluating.evaluate(workspace, options=options, how=how, plots=plots, progress=progress)
        names = {d.id: {tag.id: tag.name for tag in d.tags} for d in workspace.tag_set.dimensions}
    document, problem = result.document(), None
    try:
        document |= {"plots": evaluating.draw(result, plots)} if plots else {}
    except OSError as error:  # what took minutes to measure is told all the same
        problem = f"can't draw {error.filename or plots}: {error.strerror}"
    show(document, evaluation_in_words(document, names), as_json=json)
    if problem:
        fail(problem)


def predict(
    context: typer.Context,
    digest: Day = None,
    every: Annotated[bool, typer.Option("--all", help="Every paper, also those people have tagged.")] = False,
    input_: Annotated[str | None, typer.Option("--input", metavar="FILE", help="Papers, - for stdin.")] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Predictions as JSON Lines.")] = None,
    explain: Explain = False,
    json: Json = False,
) -> None:
    """Suggest tags: for the papers nobody has tagged yet, for a digest, or for the papers of a file.

    What is suggested for papers of the workspace is saved there; a file's predictions only go to the output.

    Example: tagger predict --digest 2026-08-07
    """
    from tagger.steps import predict as predicting
    from tagger.steps.ingest import rejections_in_words
    from tagger.steps.workspace import open_workspace

    if sum((digest is not None, every, input_ is not None)) > 1:
        raise typer.BadParameter("give one of --digest, --all and --input")
    with open_workspace(context.obj) as workspace, progress_bar() as progress:
        now = datetime.now().astimezone()
        if input_ is None:
            day = digest.date() if digest else None
            result = predicting.predict(workspace, day=day, every=every, now=now, progress=progress)
        else:
            stdin = sys.stdin.buffer
            result = predicting.predict_source(workspace, input_, now=now, stdin=stdin, progress=progress)
    rows = result.rows(explain=explain)
    lines = "".join(json_module.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if output:
        try:
            write_file(output, lines)
        except OSError as error:
            raise ModelError(f"can't write {output}: {error.strerror}") from error
    unsure = sum(suggestion.needs_review for _, suggestion in result.papers)
    for line in result.notes:
        note(f"note: {line}")
    document = {"model": result.model, "papers": len(rows), "new": result.new, "needs_review": unsure}
    document |= {"rejected": list(result.rejected)} | ({"output": output} if output else {"predictions": rows})
    if input_ and not output and not json and not explain:
        sys.stdout.write(lines)
    else:
        text = (
            f"{counted(len(rows), 'paper')} tagged by {result.model}, {result.new} of them now; {unsure} need a human"
        )
        told = [*_explanations(result), text] if explain and not output else [text]
        told += [] if output or input_ or not rows else ["Next: tagger review list"]
        show(document, "\n".join(told), as_json=json)
    if result.rejected:
        fail(f"{rejections_in_words(result.rejected)}. The others were tagged")


def aim_of(text: str) -> Aim:
    """Return the aim that an option names. Raises BadParameter if it is none."""
    try:
        return parse_aim(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--aim") from error


def _explanations(result: "Predicted") -> list[str]:
    lines = []
    for paper, suggestion in result.papers:
        ordered = replace(suggestion, tags=result.tag_set.ordered(suggestion.tags))
        told = [BLIND] if paper.id in result.blind else explained(ordered)
        lines += [paper_line(paper, unsure=suggestion.needs_review), *told, ""]
    return [*lines, *LEGEND, ""] if lines else []


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (train, evaluate, predict):
        app.command()(command)
