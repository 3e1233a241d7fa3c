"""Names of widgets that several places use; all others are literals at their widget.

Who drives the window from outside finds each control by its objectName. The rule for new names:
`<page or part>.<what>`, lower case, underscores inside a word, and one living widget for each name.
What is repeated carries its key behind the base name, made with `item`: `item("status.job",
"train")` is "status.job.train", `item("start.recent", 0)` is "start.recent.0". A widget with a name
is one that a person can act on or read something from; frames that only hold others have none.
Names never change once they are released. Style sheets select by the property `kind`, never by
name.
"""

NAV_START = "nav.start"
NAV_PICTURES = "nav.pictures"
NAV_TRAIN = "nav.train"
NAV_GENERATE = "nav.generate"
NAV_MADE = "nav.made"

TRAIN_PLOT = "train.plot"

RECIPE = "recipe"


def item(base: str, key: str | int) -> str:
    """The name of one of several alike."""
    return f"{base}.{key}"
