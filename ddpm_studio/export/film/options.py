"""How a film plays and looks: speed, size, easing, colours, caption."""

from dataclasses import dataclass

from ddpm_studio.config.enlargement import SCALE, WIDTH, Enlargement
from ddpm_studio.config.fields import COLOUR, check_fields, setting

MOST_LOOPS = 1000
SUBJECTS = ("grid", "one", "both", "training")  # what a film can be of
SHOWS = ("x_t", "pred_x_0")  # and show
USUAL_COUNT = 16  # pictures


@dataclass(frozen=True)
class FilmOptions:
    """Every choice about a film but what is in it. Raises ConfigError, which names the field.

    scale and width: each pixel becomes a square of so many, or smoothly (Lanczos) to so many
    pixels, and the height follows. easing: "t", one frame a tick; "change", the same visible
    change every tick, so that frames come again or are passed over. loops: a video then holds the
    film so many times. background: behind what is transparent where a film cannot be so, and
    behind captions.
    """

    fps: float = setting(
        12.0,
        words="Speed",
        term="fps",
        tip="Frames a second; GIF shows 50 at most.",
        help="frames per second",
        unit="fps",
        least=0.2,
        most=60,
    )
    hold: float = setting(
        1.5,
        words="End stays",
        term="hold",
        tip="How long the finished picture stays.",
        help="seconds on the last frame",
        unit="s",
        least=0,
        most=60,
        allowed="0 to 60 seconds",
    )
    scale: int = setting(1, **SCALE)
    width: int | None = setting(None, **WIDTH)
    easing: str = setting(
        "t",
        words="Spread over time",
        term="linear in t, or in visible change",
        tip=(
            "Even steps shows every step equally long. Even change hurries through what looks the "
            "same and lingers where the picture appears."
        ),
        help="even in time, or in visible change",
        choices={"t": "Even steps", "change": "Even change"},
    )
    ping_pong: bool = setting(
        False,
        words="And back again",
        term="ping-pong",
        tip="After the last picture, play the same way back, so that it loops smoothly.",
        help="and the same way back",
    )
    loops: int = setting(
        0,
        words="Plays",
        term="loop",
        tip="How often it plays before it stands still.",
        help="0: it plays for ever",
        unit="×",
        least=0,
        most=MOST_LOOPS,
        allowed=f"0 (for ever) to {MOST_LOOPS}",
    )
    palette: str = setting(
        "frame",
        words="Colours",
        term="palette",
        tip=(
            "A GIF has 256 of them. A palette for every frame shows them best; one for all "
            "makes a smaller file, and plain areas do not flicker."
        ),
        help="of a GIF: for each frame, or one for all",
        choices={"frame": "Own for every frame", "shared": "One palette for all"},
    )
    dither: str = setting(
        "none",
        words="Dithering",
        term="none, Floyd-Steinberg, ordered",
        tip="How colours between the 256 are made: not at all, by a grain, or by a pattern.",
        help="of a GIF",
        choices={
            "none": "None: flat areas",
            "floyd_steinberg": "Fine grain",
            "ordered": "Regular pattern",
        },
    )
    caption: bool = setting(
        False,
        words="Caption",
        tip="A line below the picture says where it is on the way, such as step 12 of 50.",
        help="step and noise below the picture",
    )
    background: str = setting("#ffffff", pattern=COLOUR, allowed="a colour such as #ffffff")

    def __post_init__(self) -> None:
        check_fields(self)

    @property
    def enlargement(self) -> Enlargement:
        """How large its pictures become; a width counts before a scale."""
        return Enlargement(self.scale) if self.width is None else Enlargement(width=self.width)
