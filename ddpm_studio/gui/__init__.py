"""The window: everything that imports Qt. This is how a page is made.

The parts: `app` (start), `main_window`, `session` (what pages share), `names` (object names that
several places use), `pages/` (one file for each page), `shell/` (the frame around them), a wing for
each thing that a person does (`start/`, `pictures/`, `train/`, ...), rooms below the wings
(`plot/`, `compare/`, `wall/`, `frames/`), and `common/` (what two wings use: jobs, errors,
settings, theme, buttons, forms, dialogs). Wings never import each other.

A page is `Page(session, parent)`, a subclass of `pages.page.Page`, and a row of `pages.PAGES`: its
name, title, icon, tip and keys stand at its class, and rail, keys and stack are made of that. It
builds all its widgets in the constructor, with `set_content` and `set_empty`, and without torch,
PIL, av or pyqtgraph: those may be imported at the top of no module that `main_window` imports. What
needs pyqtgraph in the GUI thread is put into its (already named) frame when `session.warmed_up`
comes, or at once if `session.device_name` is not "". Pages never import each other; they reach each
other through signals of `session`, such as `project_changed`, `config_changed`, `checkpoint_saved`.

**A job.** Long work is a generator in the wing's `work.py` that imports the engine inside:

    def train_project(project: Project, seconds: float | None) -> Iterator[object]:
        from ddpm_studio.training import train

        return (yield from train(project, seconds=seconds))

    job = session.start_training(lambda: work.train_project(project, 600.0))    # the job "train"
    job = session.start_borrowing(SAMPLE, lambda: work.generate(...), "Generating")
    job = session.jobs.start(PICTURES, lambda: work.prepare(...), title="Preparing pictures")
    job.events.connect(self._on_events)         # a list of events, at most 20 times a second
    job.succeeded.connect(self._on_done)        # what the generator returned
    job.stopped.connect(self._on_stopped)       # exactly one of succeeded, failed, stopped
    job.failed.connect(self._on_failed)         # for the page's own state; see errors
    job.changed.connect(self._on_job_changed)   # state, progress

Connect right after the start: nothing is lost, events arrive through the event loop. One job a
name; `replace=True` discards the old one, of which no event arrives any more. Buttons call
`job.set_paused(True)`, `job.set_paused(False)`, `job.stop()`; `session.jobs.get(TRAIN)` is the
running job or None. Look at `job.state` and `job.is_paused`, keep no flags of your own. What
crosses the thread is a number, a string, a path, a QImage or an array that nobody writes to again.
A dialog that waits for one job follows it with a `common.dialog_job.DialogJob`, which says in
sentences how it stands and how it ended.

**The device** belongs to training. Whoever needs it for a moment calls `start_borrowing`:
training halts between two steps, the job runs, training goes on (unless the user paused it). A
training that is started while a borrower works waits for it. `common/device_turns` knows who has
it; one that was left has it until its thread has ended.

**Leaving a project** (`common/left_jobs`): training is stopped, which saves; jobs of
`job_names.WRITING` go on; all others, but quick looks and small writes, are discarded. No event of
them reaches a page any more; the banner says what goes on, and how it has ended. Names of jobs that
several parts know are in `common/job_names`.

**Progress.** The status line shows every job by itself: title, fraction, time left, stop.
`progress.Meter` reads the engine's events; how the job stands is a `Standing`, `job.progress`:
a `ProgressLine` shows its fraction, and `Standing.words` are the words beside it.
`quiet=True` keeps a job of a moment out of the status line.

**Errors.** Those of jobs reach the banner without help; a page only puts its own buttons right.
Errors in the GUI thread: `session.report(error)`. A remark without fault: `session.notice(text)`.

**Settings.** `session.settings.remember(control, "generate/steps")` once, after range and default
are set: the last value comes back. `remember_splitter` likewise. What belongs to a project goes
into its config: `session.change_config(config)`.

**Names and words.** Every control has an objectName (`names` has the rule), and through `Form`,
`ControlRow` or `explain` an accessible name and a tooltip: plain words first, the technical term
under them. Widgets of `common/inputs.py` (wheel-safe) instead of Qt's own; `Button` and
`IconButton` for buttons, at most one `kind="primary"` on a page. Dialogs are a
`common.dialog.Dialog`, rows and columns are made with `common/layout.py`, folders and files are
chosen with `common/choose_path.py`.

**The look.** Styles select by `setProperty("kind", ...)`: labels title, heading, label, caption,
muted, figure, warning, danger, link; frames panel, card, canvas, line. Spacing 4, 8, 12, 16, 24.
Painted widgets take `theme.colour("accent")` or the QPalette and repaint on `theme.changed`. Text
is 12 px or more.

**Tests** are in tests/gui/<wing>/; their conftest gives `make_window(project)`,
`window`, `session`, `settings`, `new_project` (not trained), `tiny_project` (trained for real)
and `fake_training` (replaces `gui.train.work.train_project` with the same events, fast). Drive real
widgets by name: `find(window, QPushButton, "train.start")`; `window.pages["nav.train"]` is a page.
No thread survives a test, and Qt's warnings fail it. A picture of each page is one function in
tests/scenes/.
"""
