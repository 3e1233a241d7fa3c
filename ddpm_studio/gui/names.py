"""Every objectName in the window: who drives it from outside finds each control by its name.

The rule for new names: `<page or part>.<what>`, lower case, underscores inside a word, and one
living widget for each name. What is repeated carries its key behind the base name, made with
`item`: `item(STATUS_JOB, "train")` is "status.job.train", `item(START_RECENT, 0)` is
"start.recent.0". A widget with a name is one that a person can act on or read something from;
frames that only hold others have none. Names never change once they are released. Style sheets
select by the property `kind`, never by name.
"""

from __future__ import annotations

WINDOW = "window"
BANNER = "window.banner"
BANNER_DETAILS = "window.banner.details"
BANNER_COPY = "window.banner.copy"
BANNER_CLOSE = "window.banner.close"
BANNER_TEXT = "window.banner.text"
SAVING = "window.saving"
DROP = "window.drop"

NAV_START = "nav.start"
NAV_PICTURES = "nav.pictures"
NAV_TRAIN = "nav.train"
NAV_GENERATE = "nav.generate"
NAV_MADE = "nav.made"
NAV_THEME = "nav.theme"
NAV_SHORTCUTS = "nav.shortcuts"

STATUS_JOBS = "status.jobs"
STATUS_JOB = "status.job"  # .<job>: the part of one job
STATUS_STOP = "status.stop"  # .<job>
STATUS_DEVICE = "status.device"

PAGE_START = "page.start"
PAGE_PICTURES = "page.pictures"
PAGE_TRAIN = "page.train"
PAGE_GENERATE = "page.generate"
PAGE_MADE = "page.made"

START_NEW = "start.new"
START_OPEN = "start.open"
START_SAMPLE = "start.sample"
START_RECENT = "start.recent"  # .<position, from 0>

NEW_PROJECT = "new_project"
NEW_PROJECT_PICTURES = "new_project.pictures"
NEW_PROJECT_BROWSE_PICTURES = "new_project.browse_pictures"
NEW_PROJECT_NAME = "new_project.name"
NEW_PROJECT_PLACE = "new_project.place"
NEW_PROJECT_BROWSE_PLACE = "new_project.browse_place"
NEW_PROJECT_PRESET = "new_project.preset"
NEW_PROJECT_PROBLEM = "new_project.problem"
NEW_PROJECT_CREATE = "new_project.create"
NEW_PROJECT_CANCEL = "new_project.cancel"

SHORTCUTS = "shortcuts"
SHORTCUTS_CLOSE = "shortcuts.close"

PICTURES_EMPTY = "pictures.empty"
PICTURES_WALL = "pictures.wall"
PICTURES_SIZE = "pictures.size"
PICTURES_BACKGROUND = "pictures.background"
PICTURES_FLIP = "pictures.flip"
PICTURES_CHANNELS = "pictures.channels"
PICTURES_CROP = "pictures.crop"
PICTURES_COPIES = "pictures.copies"
PICTURES_TAKEN = "pictures.taken"
PICTURES_LEFT_OUT = "pictures.left_out"
PICTURES_SHOW_IN_FOLDER = "pictures.show_in_folder"
PICTURES_FOLDER = "pictures.folder"
PICTURES_CONTINUE = "pictures.continue"
PICTURES_NEW = "pictures.new"  # without a project: make one
PICTURES_REFRESH = "pictures.refresh"
PICTURES_PREPARING = "pictures.preparing"  # what stands in the wall's place meanwhile
PICTURES_PROGRESS = "pictures.progress"
PICTURES_CANCEL = "pictures.cancel"
PICTURES_STOPPED = "pictures.stopped"
PICTURES_AGAIN = "pictures.again"
PICTURES_FAILED = "pictures.failed"
PICTURES_CHOOSE_FOLDER = "pictures.choose_folder"
PICTURES_RETRY = "pictures.retry"
PICTURES_TILE_SIZE = "pictures.tile_size"
PICTURES_BACKGROUND_DIALOG = "pictures.background.dialog"
PICTURES_LEFT_OUT_COUNT = "pictures.left_out_count"
PICTURES_LOCKED = "pictures.locked"
PICTURES_OTHER_SETTINGS = "pictures.other_settings"
PICTURES_DETAILS_NAME = "pictures.details.name"
PICTURES_DETAILS_TEXT = "pictures.details.text"
PICTURES_DETAILS_SHOW = "pictures.details.show_in_folder"
PICTURES_DETAILS_CROP = "pictures.details.crop"  # the whole file, with its crop
PICTURES_TOGGLE = "pictures.toggle"  # leave out, or take back
PICTURES_WEIGHT = "pictures.weight"
PICTURES_EDIT_CROP = "pictures.edit_crop"
PICTURES_TAKE = "pictures.take"  # a file that was left out, all the same
PICTURES_UNDO = "pictures.undo"
PICTURES_REDO = "pictures.redo"
PICTURES_READING = "pictures.reading"  # the thin bar over the wall while the folder is read
PICTURES_NOTHING_SHOWN = "pictures.nothing_shown"

CROP = "crop"
CROP_FRAME = "crop.frame"
CROP_SEEN = "crop.seen"  # as the network sees it
CROP_FACTS = "crop.facts"
CROP_MODE = "crop.mode"
CROP_LIST = "crop.list"  # of several crops of one picture
CROP_ADD = "crop.add"
CROP_REMOVE = "crop.remove"
CROP_FILL = "crop.fill"
CROP_USE = "crop.use"
CROP_AS_FOLDER = "crop.as_folder"
CROP_CANCEL = "crop.cancel"

FILTER_TEXT = "filter.text"
FILTER_SHOW = "filter.show"
FILTER_LABEL = "filter.label"
FILTER_SORT = "filter.sort"
FILTER_ORDER = "filter.order"

FOLDER_EMPTY = "folder.empty"
FOLDER_COUNT = "folder.count"
FOLDER_SIZES = "folder.sizes"
FOLDER_ASPECT = "folder.aspect"
FOLDER_KINDS = "folder.kinds"  # how many are grey, transparent, pixel art
FOLDER_PALETTE = "folder.palette"
FOLDER_ALIKE = "folder.alike"
FOLDER_EXPECTATION = "folder.expectation"
FOLDER_ADVICE = "folder.advice"
FOLDER_USE = "folder.use"

TRAIN_EMPTY = "train.empty"
TRAIN_START = "train.start"  # Start, Pause and Continue
TRAIN_STOP = "train.stop"
TRAIN_PLOT = "train.plot"
TRAIN_FOLLOW = "train.follow"
TRAIN_WALL = "train.wall"
TRAIN_HISTORY = "train.history"  # the slider back through all previews
TRAIN_SIZE = "train.size"
TRAIN_EFFORT = "train.effort"
TRAIN_LENGTH = "train.length"
TRAIN_LENGTH_UNIT = "train.length_unit"
TRAIN_ADVANCED = "train.advanced"
TRAIN_SETTING = "train.setting"  # .<section>.<field>
TRAIN_STEP = "train.step"
TRAIN_TIME = "train.time"
TRAIN_SPEED = "train.speed"
TRAIN_REMAINING = "train.remaining"
TRAIN_MEMORY = "train.memory"
TRAIN_LOSS = "train.loss"
TRAIN_DEVICE = "train.device"
TRAIN_STATE = "train.state"  # what happens at the moment, as a sentence
TRAIN_PROGRESS = "train.progress"
TRAIN_LOG = "train.log"  # what went wrong on the way and was mended
TRAIN_SAVED = "train.saved"  # the step that is safe on disk
TRAIN_PREVIEW = "train.preview"  # how far the next pictures of the wall are
TRAIN_WALL_STEP = "train.wall_step"
TRAIN_PLAY = "train.play"  # the film of the model learning
TRAIN_WEIGHTS = "train.weights"  # how large a model the effort means
TRAIN_PROBLEM = "train.problem"  # .<section>.<field>
TRAIN_RESET = "train.reset"  # .<section>.<field>
TRAIN_GENERATE = "train.generate"  # the next page
TRAIN_GO_START = "train.go_start"  # of the empty state
TRAIN_SAMPLE_NOW = "train.sample_now"  # opens the dialog below

SAMPLE_NOW = "sample_now"
SAMPLE_NOW_FROM = "sample_now.from"  # where training is, or a checkpoint
SAMPLE_NOW_COUNT = "sample_now.count"
SAMPLE_NOW_DICE = "sample_now.dice"
SAMPLE_NOW_AVERAGED = "sample_now.averaged"
SAMPLE_NOW_PLAIN = "sample_now.plain"
SAMPLE_NOW_PROGRESS = "sample_now.progress"
SAMPLE_NOW_MESSAGE = "sample_now.message"
SAMPLE_NOW_GENERATE = "sample_now.generate"  # the page of that name, with the same checkpoint
SAMPLE_NOW_AGAIN = "sample_now.again"  # and Stop, while it paints
SAMPLE_NOW_CLOSE = "sample_now.close"

GENERATE_EMPTY = "generate.empty"
GENERATE_COUNT = "generate.count"
GENERATE_STEPS = "generate.steps"
GENERATE_ETA = "generate.eta"
GENERATE_SAMPLER = "generate.sampler"
GENERATE_SEED = "generate.seed"
GENERATE_DICE = "generate.dice"
GENERATE_LOCK = "generate.lock"
GENERATE_CHECKPOINT = "generate.checkpoint"
GENERATE_WEIGHTS = "generate.weights"
GENERATE_RUN = "generate.run"
GENERATE_GRID = "generate.grid"
GENERATE_SINGLE = "generate.single"
GENERATE_BACK = "generate.back"  # from the single picture to the grid
GENERATE_PREVIOUS = "generate.previous"
GENERATE_NEXT = "generate.next"
GENERATE_CHOOSE = "generate.choose"  # the single picture is one of those to save
GENERATE_SMOOTH = "generate.smooth"
GENERATE_MORE = "generate.more"
GENERATE_SPACING = "generate.spacing"
GENERATE_VARIANCE = "generate.variance"
GENERATE_CLIP = "generate.clip"
GENERATE_SAVE = "generate.save"
GENERATE_SAVE_TO = "generate.save_to"
GENERATE_SAVED = "generate.saved"  # the line that says where
GENERATE_SHOW_IN_FOLDER = "generate.show_in_folder"
GENERATE_SAVED_CLOSE = "generate.saved.close"
GENERATE_GO_TRAIN = "generate.go_train"
GENERATE_GO_START = "generate.go_start"
GENERATE_EXPORT = "generate.export"
GENERATE_KEEP = "generate.keep"  # what is seen becomes a finished work
GENERATE_UNDO = "generate.undo"  # takes back what was saved last, or saves it again

COMPARE = "compare"  # begins, and leaves
COMPARE_VIEW = "compare.view"
COMPARE_WIPE = "compare.wipe"
COMPARE_PLAY = "compare.play"  # the flicker
COMPARE_RATE = "compare.rate"
COMPARE_SWAP = "compare.swap"
COMPARE_LABEL = "compare.label"  # .a and .b

SCRUBBER_SLIDER = "scrubber.slider"
SCRUBBER_PLAY = "scrubber.play"
SCRUBBER_LOOP = "scrubber.loop"
SCRUBBER_SPEED = "scrubber.speed"
SCRUBBER_SHOW = "scrubber.show"
SCRUBBER_BACK = "scrubber.back"
SCRUBBER_FORWARD = "scrubber.forward"
SCRUBBER_LABEL = "scrubber.label"
SCRUBBER_MEMORY = "scrubber.memory"
OWN_SWITCH = "own.switch"  # from noise, or from a picture of mine
OWN_CHOOSE = "own.choose"  # opens the dialog below
OWN_SURPRISE = "own.surprise"
OWN_PICTURE = "own.picture"  # which one it is
OWN_PAINT_ON = "own.paint_on"
OWN_DIALOG = "own.dialog"
OWN_WALL = "own.dialog.wall"
OWN_SEARCH = "own.dialog.search"
OWN_USE = "own.dialog.use"
OWN_ANY = "own.dialog.any"
OWN_CANCEL = "own.dialog.cancel"
OWN_MESSAGE = "own.dialog.message"

GENERATE_RECIPE = "generate.recipe"  # asks for a file to take the recipe of
GENERATE_SAVE_PLAIN = "generate.save_plain"  # without the recipe

RECIPE = "recipe"
RECIPE_PICTURE = "recipe.picture"
RECIPE_NOTE = "recipe.note"
RECIPE_OPEN_OTHER = "recipe.open_other"  # the project that made it
RECIPE_USE = "recipe.use"  # .all, .without_seed, .seed
RECIPE_CANCEL = "recipe.cancel"

EXPORT = "export"
EXPORT_FORMAT = "export.format"
EXPORT_WHAT = "export.what"
EXPORT_SHOW = "export.show"
EXPORT_FPS = "export.fps"
EXPORT_HOLD = "export.hold"
EXPORT_LOOP_BACK = "export.loop_back"
EXPORT_SIZE = "export.size"
EXPORT_PREVIEW = "export.preview"
EXPORT_PATH = "export.path"
EXPORT_BROWSE = "export.browse"
EXPORT_PROGRESS = "export.progress"
EXPORT_SAVE = "export.save"
EXPORT_CANCEL = "export.cancel"
EXPORT_FACTS = "export.facts"
EXPORT_MESSAGE = "export.message"
EXPORT_SHOW_IN_FOLDER = "export.show_in_folder"
EXPORT_NUMBER = "export.number"  # of the one picture that is filmed
EXPORT_EASING = "export.easing"
EXPORT_TIMES = "export.times"  # for ever, once, or so often
EXPORT_LOOPS = "export.loops"  # how often, as a number
EXPORT_REPEATS = "export.repeats"  # how often the film is in a video
EXPORT_ENLARGE = "export.enlarge"  # in whole pixels, or smoothly
EXPORT_WIDTH = "export.width"
EXPORT_PALETTE = "export.palette"
EXPORT_DITHER = "export.dither"
EXPORT_STAGES = "export.stages"
EXPORT_CAPTION = "export.caption"
EXPORT_NO_RECIPE = "export.no_recipe"
TRAIN_EXPORT = "train.export"  # the film of the model learning

GENERATE_SHEET = "generate.sheet"  # opens the sheet
SHEET = "sheet"
SHEET_X = "sheet.x"  # .axis, .number, .part, .add, .<axis>_<value>
SHEET_Y = "sheet.y"
SHEET_SWAP = "sheet.swap"
SHEET_COUNT = "sheet.count"
SHEET_FIXED = "sheet.fixed"  # what is the same in all cells
SHEET_TAKE = "sheet.take"
SHEET_VIEW = "sheet.view"
SHEET_HOVER = "sheet.hover"
SHEET_ZOOM_IN = "sheet.zoom_in"
SHEET_ZOOM_OUT = "sheet.zoom_out"
SHEET_FIT = "sheet.fit"
SHEET_PROGRESS = "sheet.progress"
SHEET_MESSAGE = "sheet.message"
SHEET_UNDO = "sheet.undo"
SHEET_SHOW_IN_FOLDER = "sheet.show_in_folder"
SHEET_PAPER = "sheet.paper"
SHEET_EXPORT = "sheet.export"
SHEET_CLOSE = "sheet.close"
SHEET_RUN = "sheet.run"

PLAN = "plan"
PLAN_TIME = "plan.time"
PLAN_TIME_UNIT = "plan.time_unit"
PLAN_LOOKING = "plan.looking"  # what is looked at now
PLAN_LEFT = "plan.left"  # the time that still takes
PLAN_PROGRESS = "plan.progress"
PLAN_MACHINE = "plan.machine"  # what was found
PLAN_AGAIN = "plan.again"
PLAN_CHOICE = "plan.choice"  # .<preset>
PLAN_LEGEND = "plan.legend"
PLAN_HEADLINE = "plan.headline"
PLAN_EXPECTATION = "plan.expectation"
PLAN_NOTES = "plan.notes"
PLAN_USE = "plan.use"
PLAN_CANCEL = "plan.cancel"
TRAIN_PLAN = "train.plan"  # opens the dialog above
TRAIN_PLANNED = "train.planned"  # what a plan has set
TRAIN_PLAN_UNDO = "train.plan_undo"

GENERATE_MANY = "generate.many"  # opens the dialog below

BATCH = "batch"
BATCH_COUNT = "batch.count"
BATCH_SEED = "batch.seed"
BATCH_TURNS = "batch.turns"
BATCH_FACTS = "batch.facts"
BATCH_PROBLEM = "batch.problem"
BATCH_PAINT = "batch.paint"
BATCH_CANCEL = "batch.cancel"

MADE_EMPTY = "made.empty"
MADE_GO_GENERATE = "made.go_generate"
MADE_GO_START = "made.go_start"
MADE_WALL = "made.wall"
MADE_COUNT = "made.count"
MADE_TILE_SIZE = "made.tile_size"
MADE_NOTHING_SHOWN = "made.nothing_shown"
MADE_SEARCH = "made.search"
MADE_SHOW = "made.show"
MADE_SORT = "made.sort"
MADE_VIEWER = "made.viewer"
MADE_BACK = "made.back"
MADE_PREVIOUS = "made.previous"
MADE_NEXT = "made.next"
MADE_PLAY = "made.play"
MADE_NAME = "made.name"
MADE_FACTS = "made.facts"
MADE_SENTENCE = "made.sentence"
MADE_AGAIN = "made.again"
MADE_USE = "made.use"
MADE_PLAY_THIS = "made.play_this"
MADE_STAR = "made.star"
MADE_COPY = "made.copy"
MADE_FOLDER = "made.folder"
MADE_SAVE = "made.save"
MADE_TRASH = "made.trash"
MADE_NOTICE = "made.notice"  # what was done
MADE_UNDO = "made.undo"
MADE_NOTICE_CLOSE = "made.notice.close"
MADE_BATCH = "made.batch"  # how far the batch is
MADE_BATCH_TURNS = "made.batch.turns"
MADE_BATCH_PAUSE = "made.batch.pause"
MADE_BATCH_STOP = "made.batch.stop"
MADE_FINISH = "made.finish"  # .<folder of the batch>
MADE_FORGET = "made.forget"  # .<folder of the batch>
MADE_OPEN_FOLDER = "made.open_folder"
MADE_REFRESH = "made.refresh"


def item(base: str, key: str | int) -> str:
    """The name of one of several alike."""
    return f"{base}.{key}"
