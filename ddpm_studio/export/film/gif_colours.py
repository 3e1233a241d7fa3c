"""The 256 colours of a GIF's frames: a palette for each or one for all, dithered or not."""

import numpy as np
from PIL import GifImagePlugin, Image

from ddpm_studio.export.film.captions import caption_colours
from ddpm_studio.export.film.kind import GIF_CLEAR, GIF_COLOURS
from ddpm_studio.export.film.pictures import FilmPictures

OPAQUE_FROM = 128  # the least alpha that counts as a colour
CAPTION_COLOURS = 8
LOOKED_AT = 32  # frames, for the palette of all
PER_FRAME = 1 << 13  # pixels of each of them
PER_CHOICE = 1 << 14  # pixels that a palette is chosen for, where there is noise
NOISY = 0.25  # so many colours a pixel
AT_A_TIME = 1 << 13  # points whose nearest colour is looked for: so that memory stays small
BAYER_SIDE = 8


class GifColours:
    """Turns frames into GIF's: their own colours first, then those of captions, then no colour.

    Colours are chosen, and dots are set, before a frame is enlarged by a whole number: each pixel
    stays one square of one colour.
    """

    def __init__(self, pictures: FilmPictures) -> None:
        self._pictures = pictures
        self._dither = pictures.options.dither
        self._channels = pictures.film.shape[2]
        has_ground = pictures.space is not None or pictures.canvas is not None
        self._tones = CAPTION_COLOURS if has_ground else 0
        self._colours = GIF_COLOURS - self._tones - (self._channels == 4)
        self._shared = self._shared_colours() if pictures.options.palette == "shared" else None

    @property
    def palette(self) -> bytes | None:
        """For the beginning of the film; None if each frame has its own."""
        return None if self._shared is None else self._whole(self._shared).tobytes()

    def frame(self, index: int) -> bytes:
        """One frame as it lies in the file."""
        numbers, colours = self._few(self._source(index))
        if self._pictures.enlargement.width is None:
            scale = self._pictures.enlargement.scale
            numbers = numbers.repeat(scale, 0).repeat(scale, 1)
        if self._pictures.canvas is not None:
            numbers = self._on_canvas(numbers, self._pictures.canvas)
        mask = self._pictures.mask(index)
        if mask is not None:
            numbers = np.concatenate([numbers, self._caption(mask)])
        image = Image.frombytes("P", numbers.shape[::-1], numbers.tobytes())
        image.putpalette(self._whole(colours).tobytes())
        is_own = self._shared is None
        data = GifImagePlugin.getdata(image, include_color_table=is_own, interlace=0)
        return b"".join(data)

    def _source(self, index: int) -> np.ndarray:
        is_smooth = self._pictures.enlargement.width is not None
        return self._pictures.enlarged(index) if is_smooth else self._pictures.composed(index)

    def _few(self, frame: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """uint8 (H, W, C) -> the colours' numbers (H, W), and the colours, (N, 3)."""
        if self._channels == 1:
            return frame[..., 0], _greys()
        is_seen = np.ones(frame.shape[:2], bool)
        if self._channels == 4:
            is_seen = frame[..., 3] >= OPAQUE_FROM
        numbers = np.full(is_seen.shape, GIF_CLEAR, np.uint8)
        if not is_seen.any():
            return numbers, np.zeros((1, 3), np.uint8) if self._shared is None else self._shared
        colours = self._shared
        if colours is None:
            colours, own = _chosen(frame[is_seen][:, :3], self._colours)
            if self._dither == "none" and own is not None:
                numbers[is_seen] = own
                return numbers, colours
        shown = np.where(is_seen[..., np.newaxis], frame[..., :3], colours[0])  # nothing spills
        numbers[is_seen] = _mapped(shown, colours, self._dither)[is_seen]
        return numbers, colours

    def _shared_colours(self) -> np.ndarray:
        """A palette for all frames; half of what it is chosen for is the finished picture."""
        if self._channels == 1:
            return _greys()
        last = self._pictures.film.count - 1
        places = np.unique(np.linspace(0, last, LOOKED_AT).round().astype(int))
        looked_at = [self._pixels(int(place)) for place in places]
        finished = [looked_at[-1]] * max(1, len(looked_at) - 2)
        pixels = np.concatenate([*looked_at, *finished])
        if not len(pixels):
            return np.zeros((1, 3), np.uint8)
        return _chosen(pixels, self._colours)[0]

    def _pixels(self, index: int) -> np.ndarray:
        """Some that are seen, evenly: uint8 (N, 3)."""
        frame = self._pictures.composed(index).reshape(-1, self._channels)
        if self._channels == 4:
            frame = frame[frame[:, 3] >= OPAQUE_FROM]
        every = -(-len(frame) // PER_FRAME) | 1  # odd, so that not one column is met again
        return frame[::every, :3]

    def _caption(self, mask: np.ndarray) -> np.ndarray:
        """The strip in the numbers of its tones."""
        if self._channels == 1:
            greys = Image.fromarray(caption_colours(self._pictures.options.background, 256)[mask])
            return np.asarray(greys.convert("L"))
        tones = np.rint(mask / 255 * (self._tones - 1)).astype(np.uint8)
        return tones + np.uint8(self._colours)

    def _on_canvas(self, numbers: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """In the middle of the tone that captions stand on. size: (width, height)."""
        whole = self._caption(np.zeros(size[::-1], np.uint8)).copy()
        (height, width), (left, top) = numbers.shape, self._pictures.corner
        whole[top : top + height, left : left + width] = numbers
        return whole

    def _whole(self, colours: np.ndarray) -> np.ndarray:
        """The palette of 256 that is written: uint8 (256, 3)."""
        whole = np.zeros((GIF_COLOURS, 3), np.uint8)
        whole[: len(colours)] = colours
        if self._tones and self._channels != 1:
            tones = caption_colours(self._pictures.options.background, self._tones)
            whole[self._colours : self._colours + self._tones] = tones
        return whole


def _greys() -> np.ndarray:
    return np.arange(256, dtype=np.uint8).repeat(3).reshape(256, 3)


def _chosen(pixels: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray | None]:
    """The colours, (N, 3), that stand for pixels, (M, 3), and which of them stands for each.

    Of noise, in which hardly a colour comes twice, a part is enough to choose for, and who stands
    for whom is left open: it takes a tenth of the time and is as near.
    """
    some = np.ascontiguousarray(pixels[:: -(-len(pixels) // PER_CHOICE) | 1])
    is_noise = len(np.unique(some @ np.array([1, 256, 65_536]))) > NOISY * PER_CHOICE
    few = Image.fromarray((some if is_noise else np.ascontiguousarray(pixels))[np.newaxis])
    few = few.quantize(most)
    numbers = np.asarray(few)[0]
    colours = np.frombuffer(bytes(few.getpalette() or []), np.uint8).reshape(-1, 3)
    return colours[: int(numbers.max()) + 1], None if is_noise else numbers


def _mapped(frame: np.ndarray, colours: np.ndarray, dither: str) -> np.ndarray:
    """uint8 (H, W, 3) -> (H, W), the numbers of the colours that come near."""
    if dither == "floyd_steinberg":
        return _by_pillow(frame, colours, Image.Dither.FLOYDSTEINBERG)
    packed = frame.astype(np.int32) @ np.array([65_536, 256, 1])
    present, places = np.unique(packed, return_inverse=True)
    if len(present) > max(PER_CHOICE, NOISY * packed.size):  # noise hides dots, and small errors
        return _by_pillow(frame, colours, Image.Dither.NONE)
    points = np.stack([present >> 16, present >> 8 & 255, present & 255], -1).astype(np.float32)
    nearest = _nearest(points, colours)
    if dither == "none":
        return nearest.astype(np.uint8)[places].reshape(packed.shape)
    # between two colours, one on each side of the point: so many dots of either as it lies between
    first = colours[nearest].astype(np.float32)
    other = _nearest(2 * points - first, colours)
    way = colours[other] - first
    length = np.maximum((way**2).sum(-1), 1)
    part = ((points - first) * way).sum(-1) / length
    is_other = part[places].reshape(packed.shape) > _dots(packed.shape)
    both = nearest[places].reshape(packed.shape), other[places].reshape(packed.shape)
    return np.where(is_other, both[1], both[0]).astype(np.uint8)


def _nearest(points: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """The number of the colour that is nearest to each point, (N, 3), exactly."""
    found = np.empty(len(points), np.intp)
    values = colours.astype(np.float32)
    half = (values**2).sum(-1) / 2
    for start in range(0, len(points), AT_A_TIME):
        part = points[start : start + AT_A_TIME]
        found[start : start + AT_A_TIME] = (half - part @ values.T).argmin(-1)
    return found


def _by_pillow(frame: np.ndarray, colours: np.ndarray, how: Image.Dither) -> np.ndarray:
    """Quick, but it takes colours that differ by less than 4 levels for the same."""
    holder = Image.new("P", (1, 1))
    filler = np.repeat(colours[:1], GIF_COLOURS - len(colours), 0)  # equal ones: the first is met
    holder.putpalette(np.concatenate([colours, filler]).tobytes())
    return np.asarray(Image.fromarray(frame).quantize(palette=holder, dither=how))


def _dots(shape: tuple[int, ...]) -> np.ndarray:
    """Bayer's thresholds from 0 to 1, (8, 8), again and again: (H, W)."""
    order = np.zeros((1, 1))
    while len(order) < BAYER_SIDE:
        order = np.block([[4 * order, 4 * order + 2], [4 * order + 3, 4 * order + 1]])
    rows, columns = (-(-length // BAYER_SIDE) for length in shape)
    return np.tile((order + 0.5) / order.size, (rows, columns))[: shape[0], : shape[1]]
