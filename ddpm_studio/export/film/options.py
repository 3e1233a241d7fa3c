"""How a film plays and looks: speed, size, easing, colours, caption."""

from dataclasses import asdict, dataclass
from typing import Any

from ddpm_studio.config.enlargement import SCALE, WIDTH, Enlargement
from ddpm_studio.config.fields import COLOUR, check, check_fields, setting

MOST_LOOPS = 1000
SUBJECTS = ("grid", "one", "both", "training")  # what a film can be of
SHOWS = ("x_t", "pred_x_0")  # and show
USUAL_COUNT = 16  # pictures
AS_PICTURE = "picture"
CANVASES = {  # sizes that are asked for elsewhere, in pixels
    AS_PICTURE: "As the picture",
    "1080x1080": "1080 × 1080, square",
    "1920x1080": "1920 × 1080, broad",
    "1080x1920": "1080 × 1920, upright",
}
CRISP, SMOOTH = "crisp", "smooth"


@dataclass(frozen=True)
class FilmOptions:
    """Every choice about a film but what is in it. Raises ConfigError, which names the field.

    scale and width: each pixel becomes a square of so many, or smoothly (Lanczos) to so many
    pixels, and the height follows. canvas: or the whole film has that size, with the picture in the
    middle of the background colour, as large as fits. easing: "t", one frame a tick; "change", the
    same visible change every tick, so that frames come again or are passed over. loops: a video
    then holds the film so many times. background: behind what is transparent where a film cannot
    be so, behind captions, and of a canvas.
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
    canvas: str = setting(
        AS_PICTURE,
        words="Size",
        term="canvas",
        tip=(
            "As large as the picture becomes, or a common size: then the picture lies in the "
            "middle of the project's background colour, as large as fits."
        ),
        help="a common size, with the picture in its middle, instead of --scale and --width",
        choices=CANVASES,
    )
    fit: str = setting(
        CRISP,
        words="Fitted in",
        term="nearest neighbour, or Lanczos",
        tip="Crisp: each pixel is a square of so many. Smooth: up to the edge.",
        help="how the picture is enlarged with --canvas",
        choices={CRISP: "Crisp: whole pixels", SMOOTH: "Smooth: up to the edge"},
    )
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
        is_plain = self.scale == 1 and self.width is None
        check(
            self.canvas == AS_PICTURE or is_plain, "canvas", self.canvas, "alone: no scale or width"
        )

    @property
    def canvas_size(self) -> tuple[int, int] | None:
        """(width, height) in pixels of the film; None: that of its picture."""
        if self.canvas == AS_PICTURE:
            return None
        width, height = self.canvas.split("x")
        return int(width), int(height)

    @property
    def said(self) -> dict[str, Any]:
        """As a recipe says it; of a canvas nothing where there is none, so that it reads on."""
        said = asdict(self)
        if self.canvas == AS_PICTURE:
            del said["canvas"], said["fit"]
        return said

    @property
    def enlargement(self) -> Enlargement:
        """How large its pictures become; a width counts before a scale."""
        return Enlargement(self.scale) if self.width is None else Enlargement(width=self.width)
