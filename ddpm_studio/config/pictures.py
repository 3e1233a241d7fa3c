"""How a folder of files becomes pictures of one size."""

from dataclasses import dataclass

from ddpm_studio.config.fields import COLOUR, check_fields, setting

CROP_WORDS = {
    "centre": "The middle",
    "smart": "Where most detail is",
    "pad": "All of it, with a border",
}
CROPS = tuple(CROP_WORDS)


@dataclass(frozen=True)
class PicturesConfig:
    """How a folder of files becomes pictures of one size."""

    size: int = setting(
        32,
        "&Size",
        "Every picture is cropped and scaled to this. Bigger shows more and is slower to learn: "
        "about 4 times for each doubling. A model that suits the size comes with it.",
        term="pictures.size",
        unit="pixels",
        least=4,
        most=2048,
        allowed="4 to 2048 pixels",
    )
    height: int = setting(
        0,
        tip="The height, where it is not the size; 0 is square.",
        unit="pixels",
        also=(0,),
        least=4,
        most=2048,
        allowed="0 (square) or 4 to 2048 pixels",
    )
    channels: int = setting(
        0,
        "C&olours",
        "Whether the model learns colours, only light and dark, or also which parts are "
        "transparent.",
        term="pictures.channels: 0, 3, 1 or 4",
        choices={0: "As the pictures are", 3: "Colour", 1: "Grey", 4: "Colour and transparency"},
        allowed="one of 0, 1, 3, 4",
    )
    crop: str = setting(
        "centre",
        "C&rop",
        "Which part of a picture is taken where its shape is another one. Each picture can have a "
        "crop of its own: choose it on the wall.",
        term="pictures.crop",
        choices=CROP_WORDS,
    )
    background: str = setting(
        "#ffffff",
        "&Background",
        "Lies under pictures that are transparent in places.",
        term="pictures.background",
        pattern=COLOUR,
        allowed="a colour such as #ffffff",
    )
    alpha: str = setting(
        "auto",
        tip="hard: a pixel is there or not, as in sprites; soft: it may be half there; auto: as in "
        "the folder.",
        choices=("auto", "soft", "hard"),
    )
    copies: str = setting(
        "one",
        "Co&pies",
        "Pictures that are alike but for size or quality: the best of them is kept, or the model "
        "would see that one too often.",
        term="pictures.copies",
        choices={"one": "Keep one of each", "all": "Keep all"},
    )
    made: str = setting(
        "out",
        tip="Pictures that this program made, which their recipe tells: a model that learns from "
        "its own pictures repeats its mistakes. in: they are taken like all others.",
        choices=("out", "in"),
    )
    flip_horizontal: bool = setting(
        False,
        "Mirror at random",
        "Shows the model every picture mirrored half of the time. It helps small folders, but not "
        "where left and right matter, as in writing.",
        term="horizontal flips",
    )
    smallest_side: int = setting(
        8, tip="Files with a shorter side are left out.", unit="pixels", least=1
    )
    max_megapixels: int = setting(
        180,
        tip="Larger files are left out; a million pixels take up to 20 MB of memory.",
        unit="million pixels",
        least=1,
        most=4000,
        allowed="1 to 4000 million pixels",
    )

    def __post_init__(self) -> None:
        check_fields(self, "pictures")

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of one prepared picture; as if coloured while `channels` is 0."""
        return self.channels or 3, self.height or self.size, self.size

    @property
    def has_hard_alpha(self) -> bool:
        """Whether finished pictures have no pixel that is half there."""
        return self.channels == 4 and self.alpha == "hard"
