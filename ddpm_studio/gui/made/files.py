"""What lies in the open project's gallery, as the window knows it: files, stars, what undoes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from ddpm_studio.errors import StudioError
from ddpm_studio.gallery.made import BATCH_FILE, PICTURE, MadeFile
from ddpm_studio.gallery.rename import own_name
from ddpm_studio.gallery.stars import FILE_NAME as STARS
from ddpm_studio.gallery.stars import write_stars
from ddpm_studio.gallery.trash import FOLDER, Trashed, bring_back, move_to_trash
from ddpm_studio.gui.common.history import History
from ddpm_studio.gui.common.jobs import RENAME, RESTORE, TRASH, Job
from ddpm_studio.gui.common.trash import system_trash
from ddpm_studio.gui.made import work
from ddpm_studio.gui.made.entries import MadeEntry
from ddpm_studio.gui.session import Session
from ddpm_studio.project import Project
from ddpm_studio.words import several

if TYPE_CHECKING:
    from ddpm_studio.gallery.batch import Batch
    from ddpm_studio.gallery.thumbnails import Thumbnails

LOOK, MEASURE = "made.look", "made.measure"  # names of jobs
GATHER_MS, GATHER_MANY_MS, MANY = 300, 1000, 2000  # between two refreshes while files arrive
MOST_UNDO = 100
UNKNOWN_WHY = "damaged, or of a kind that is not known"


class Deed(NamedTuple):
    """What was done, in words, and what takes it back."""

    words: str
    undo: Callable[[], None]


class MadeFiles(QObject):
    """`changed` says that there are others, or other stars; what was done is `said`."""

    changed = Signal()
    arrived = Signal(list)  # of MadeEntry: newer than all others, of which nothing has changed
    looked = Signal()  # a look through the folder is over
    renamed = Signal(str)  # what one is called now
    came_back = Signal(str)  # the first of those that were taken back from the trash
    said = Signal(str, bool)  # a sentence, and whether Undo takes it back

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._project: Project | None = None
        self._files: dict[str, MadeFile] = {}
        self._away: set[str] = set()  # on their way to the trash
        self._history = History[Deed](MOST_UNDO)
        self._saved_stars: frozenset[str] = frozenset()  # as the disk has them
        self._unsaved: list[Deed] = []  # with stars of which that is not known yet
        self._has_starred = False  # since the last look began
        self._told: frozenset[str] = frozenset()  # sentences about what is spoilt
        self._refreshes_again = False
        self._gather = QTimer(self, singleShot=True)
        self._gather.timeout.connect(self._measure)
        self._written: list[Path] = []  # of which the disk was not asked yet
        self._entries: list[MadeEntry] | None = None  # as it was answered; None: void
        self.changed.connect(self._forget_entries)
        session.jobs.ended.connect(self._on_ended)
        session.small_writes.saved.connect(self._on_saved)
        session.small_writes.failed.connect(self._on_not_saved)
        self._returned = ""  # from the trash, but not seen yet
        self.stars: frozenset[str] = frozenset()
        self.batches: tuple[Batch, ...] = ()  # that can be finished
        self.others = 0  # files that are no pictures
        self.broken: tuple[str, ...] = ()  # that cannot be read, as `entries` has found, and why
        self.folders: tuple[str, ...] = ()  # below the gallery, in which something lies
        self.unread: tuple[MadeFile, ...] = ()  # as the last look has found
        self.has_looked = False
        self.thumbnails: Thumbnails | None = None

    @property
    def files(self) -> list[MadeFile]:
        """All, the newest first."""
        shown = [file for name, file in self._files.items() if name not in self._away]
        return sorted(shown, key=_order)

    def entries(self) -> list[MadeEntry]:
        """What the wall can show, the newest first; broken files are left out."""
        files, thumbnails = self.files, self.thumbnails
        if thumbnails is None or not self.has_looked:
            return []  # what is kept of the thumbnails is read by the look
        found = self._entries_of(files, thumbnails)
        shown = {entry.file.name for entry in found}
        self.broken = tuple(
            f"{file.name}: {record.why if record is not None and record.why else UNKNOWN_WHY}"
            for file in files
            if file.name not in shown
            for record in [thumbnails.record(file)]
        )
        self._entries = found
        return found

    def _entries_of(self, files: Sequence[MadeFile], thumbnails: Thumbnails) -> list[MadeEntry]:
        numbers, moving, stars = thumbnails.numbers(files), thumbnails.moving(), self.stars
        return [
            MadeEntry(
                *(file, number, file.name in stars),
                is_film=file.kind != PICTURE or file.name in moving,
                look=thumbnails.record,
            )
            for file, number in zip(files, numbers, strict=True)
            if number >= 0
        ]

    # looking

    def open(self, project: Project | None) -> None:
        """Another project, or none: nothing of the old one is known any more."""
        for name in (LOOK, MEASURE, TRASH, RESTORE, RENAME):
            self._session.jobs.discard(name)
        self._gather.stop()
        self._written.clear()
        self._project, self._files, self._away = project, {}, set()
        self._history.clear()
        self._unsaved.clear()
        self.stars = self._saved_stars = frozenset()
        self.batches, self._told = (), frozenset()
        self.others, self.broken = 0, ()
        self.has_looked = self._refreshes_again = False
        self.thumbnails = None if project is None else work.new_thumbnails(project)
        self.changed.emit()
        self.refresh()

    def refresh(self) -> None:
        """Look through the folder; whatever others have done there is seen then."""
        project, thumbnails = self._project, self.thumbnails
        if project is None or thumbnails is None or self._session.is_closing:
            return
        if self._session.jobs.get(LOOK) is not None:
            self._refreshes_again = True
            return
        known = dict(self._files) if self.has_looked else {}
        self._has_starred = False
        job = self._session.jobs.start(
            LOOK, lambda: work.look(project, thumbnails, known), quiet=True
        )
        job.succeeded.connect(self._on_looked)

    def add(self, paths: Iterable[Path]) -> None:
        """Files that were just written; they are shown a moment later, with others that came."""
        self._written += paths
        if not self._gather.isActive():
            self._gather.start(GATHER_MANY_MS if len(self._files) > MANY else GATHER_MS)

    def _measure(self) -> None:
        """Ask the disk how large they are, and of when."""
        project, paths, jobs = self._project, self._written, self._session.jobs
        if project is None or not paths or self._session.is_closing:
            return
        if jobs.get(MEASURE) is not None:
            return  # when that has ended
        self._written = []
        job = jobs.start(MEASURE, lambda: work.measure(project.gallery, paths), quiet=True)
        job.succeeded.connect(self._on_measured)

    def _on_measured(self, files: Sequence[MadeFile]) -> None:
        """Those that came are put before the others; if they do not belong there, all is new."""
        new = sorted((file for file in files if self._files.get(file.name) != file), key=_order)
        if not new:
            return
        is_known = any(file.name in self._files for file in new)
        self._files |= {file.name: file for file in new}
        thumbnails, known = self.thumbnails, self._entries
        if thumbnails is None or known is None or is_known or _is_among(new[-1], known):
            self.changed.emit()
        else:
            entries = self._entries_of(new, thumbnails)
            self._entries = [*entries, *known]
            self.arrived.emit(entries)

    def _forget_entries(self) -> None:
        self._entries = None

    # stars

    def star(self, names: Sequence[str]) -> None:
        """Give all of them a star; if all have one, take it from them."""
        wanted = frozenset(names)
        if wanted and self._project is not None:
            before = self.stars
            adds = not wanted <= before
            words = f"{several(len(wanted), 'star')} {'given' if adds else 'taken away'}."
            deed = Deed(words, lambda: self._put_stars_back(before))
            self._history.add(deed)
            self._unsaved.append(deed)
            self._save_stars(before | wanted if adds else before - wanted)

    def _put_stars_back(self, stars: frozenset[str]) -> None:
        self._save_stars(stars)
        self.said.emit("The stars are as they were before.", False)

    def _save_stars(self, stars: frozenset[str]) -> None:
        """They are shown at once, and as they were before if the disk does not take them."""
        project = self._project
        if project is not None:
            gallery = project.gallery
            self.stars, self._has_starred = stars, True
            self._session.small_writes.write(
                gallery / STARS, stars, lambda: write_stars(gallery, stars)
            )
            self.changed.emit()

    def _are_mine(self, path: Path) -> bool:
        return self._project is not None and path == self._project.gallery / STARS

    def _on_saved(self, path: Path, stars: frozenset[str]) -> None:
        if path.name == BATCH_FILE:  # which is gone
            self.refresh()
        elif self._are_mine(path):
            self._saved_stars = stars
            if self._session.small_writes.waiting(path) in (None, stars):
                self._unsaved.clear()

    def _on_not_saved(self, path: Path, _error: Exception) -> None:
        if self._are_mine(path):
            self.stars = self._saved_stars
            self._history.forget(self._unsaved)
            self._unsaved.clear()
            self.changed.emit()

    # the trash

    def throw_away(self, files: Sequence[MadeFile]) -> None:
        """Move some to the trash; they are gone from the wall at once."""
        project = self._project
        if project is None or not files or self._session.jobs.get(TRASH) is not None:
            return
        self._away |= {file.name for file in files}
        self.changed.emit()
        gallery, trash = project.gallery, system_trash
        job = self._session.jobs.start(
            TRASH,
            lambda: move_to_trash(project.path, gallery, files, trash),
            title="Moving to the trash",
        )
        job.succeeded.connect(self._on_thrown)
        job.failed.connect(self._on_not_moved)
        job.stopped.connect(self._on_not_moved)

    # names

    def rename(self, file: MadeFile, name: str, is_undo: bool = False) -> None:
        """Call it otherwise; a star stays with it."""
        project = self._project
        if project is None or self._session.jobs.get(RENAME) is not None:
            return
        gallery = project.gallery
        steps = partial(work.rename, gallery, file, name)
        job = self._session.jobs.start(RENAME, steps, title="Renaming", quiet=True)

        def renamed(new: MadeFile) -> None:
            self._files.pop(file.name, None)
            self._files[new.name] = new
            if file.name in self.stars:
                self._save_stars((self.stars - {file.name}) | {new.name})
            words = f"It is called {new.moved_name.rpartition('/')[2]} now."
            if not is_undo:
                back = own_name(file)
                self._history.add(Deed(words, lambda: self.rename(new, back, is_undo=True)))
            self.changed.emit()
            self.renamed.emit(new.name)
            self.said.emit(words, not is_undo)

        job.succeeded.connect(renamed)
        job.succeeded.connect(self.refresh)

    @property
    def undo_words(self) -> str:
        """What would be undone; "" if nothing can be."""
        return self._history.to_undo.words if self._history.to_undo else ""

    def undo(self) -> None:
        busy = any(self._session.jobs.get(name) is not None for name in (TRASH, RESTORE, RENAME))
        deed = self._history.to_undo
        if deed is not None and not busy:
            self._history.drop_undo()
            deed.undo()

    # what happens

    def _on_looked(self, listing: work.Listing) -> None:
        is_same = self.has_looked and listing.is_as_known
        stars = self.stars if self._has_starred else listing.stars
        is_same &= (stars, listing.found.others) == (self.stars, self.others)
        is_same &= len(listing.batches) == len(self.batches)
        if not is_same:
            self._files = {file.name: file for file in listing.found.files}
        if not self._has_starred:
            self.stars = self._saved_stars = listing.stars
        self.batches = listing.batches
        self.folders, self.unread = listing.folders, listing.unread
        self.others, self.has_looked = listing.found.others, True
        for sentence in sorted(frozenset(listing.trouble) - self._told):
            self._session.notice(sentence)
        self._told = frozenset(listing.trouble)
        returned = self._returned if self._returned in self._files else ""
        if not is_same:  # while a batch is painted, the folder changes all the time
            self.changed.emit()
        self.looked.emit()
        if returned:
            self._returned = ""
            self.came_back.emit(returned)

    def _on_ended(self, job: Job) -> None:
        if job.objectName() == LOOK and self._refreshes_again:  # now that its name is free
            self._refreshes_again = False
            self.refresh()
        elif job.objectName() == MEASURE:
            self._measure()

    def _on_thrown(self, trashed: Trashed) -> None:
        names = {one.file.name for one in trashed.gone}
        starred = self.stars & names
        for name in names:
            self._files.pop(name, None)
        self._away.clear()
        if starred:
            self._save_stars(self.stars - names)
        for sentence in trashed.failed[:1]:
            self._session.report(StudioError(sentence))
        if trashed.gone:
            films = all(one.file.is_film for one in trashed.gone)
            what = several(len(trashed.gone), "film" if films else "picture")
            place = f"the project's folder “{FOLDER}”" if trashed.is_own else "the trash"
            words = f"{what} moved to {place}."
            if trashed.can_come_back:
                self._history.add(Deed(words, lambda: self._bring_back(trashed, starred)))
            self.said.emit(words, trashed.can_come_back)
        self.changed.emit()
        self.refresh()

    def _on_not_moved(self, *_: object) -> None:
        """Whatever was moved, a look will show."""
        self._away.clear()
        self.changed.emit()
        self.refresh()

    def _bring_back(self, trashed: Trashed, starred: frozenset[str]) -> None:
        project = self._project
        if project is None:
            return
        title = "Taking back from the trash"
        job = self._session.jobs.start(
            RESTORE, lambda: bring_back(project.gallery, trashed), title=title
        )

        def back(names: tuple[str, ...]) -> None:
            if starred & set(names):
                self._save_stars(self.stars | (starred & set(names)))
            self.said.emit(f"{several(len(names), 'picture')} taken back.", False)
            self._returned = names[0] if names else ""

        job.succeeded.connect(back)
        for ending in (job.succeeded, job.failed, job.stopped):
            ending.connect(self.refresh)


def _is_among(file: MadeFile, known: Sequence[MadeEntry]) -> bool:
    """Whether it comes between others, and not before all of them."""
    return bool(known) and _order(file) > _order(known[0].file)


def _order(file: MadeFile) -> tuple[int, str]:
    """The newest first."""
    return -file.modified_ns, file.name
