"""Names of jobs that more than one part of the window knows; a page may have more of its own."""

WARM_UP, RECENT, SAMPLE_PROJECT = "warm_up", "recent", "sample_project"
SMALL_WRITES = "small_writes"
PICTURES, TRAIN, SAMPLE, BATCH = "pictures", "train", "sample", "batch"
# what writes files for a person: it ends well even when its project is left
EXPORT, SHEET_EXPORT, SAVE, SAVE_REST = "export", "sheet_export", "save", "save_rest"
COPIES, TRASH, RESTORE = "made.copies", "made.trash", "made.restore"
WRITING = (EXPORT, SHEET_EXPORT, SAVE, SAVE_REST, COPIES, TRASH, RESTORE)
