"""Readers of our own for the structure of films, so that nobody judges what he wrote himself."""

import struct
from io import BytesIO

import av
import numpy as np

EBML_MASTERS = {0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0, 0x1F43B675, 0xA0, 0x1254C367}
EBML_MASTERS |= {0x7373, 0x67C8}


def gif_parts(data):
    """(global palette or None, list of (label, bytes) of extensions and images), to the trailer."""
    assert data[:6] == b"GIF89a"
    flags, place, palette, parts = data[10], 13, None, []
    if flags & 0x80:
        size = 3 * 2 ** ((flags & 7) + 1)
        palette, place = data[place : place + size], place + size
    while data[place] != 0x3B:
        if data[place] == 0x21:
            label, (body, place) = data[place + 1], _sub_blocks(data, place + 2)
            parts.append((label, body))
        else:
            assert data[place] == 0x2C
            head = data[place : place + 10]
            place += 10 + (3 * 2 ** ((head[9] & 7) + 1) if head[9] & 0x80 else 0)
            body, place = _sub_blocks(data, place + 1)
            parts.append((0x2C, head))
    assert place == len(data) - 1
    return palette, parts


def _sub_blocks(data, place):
    body = b""
    while data[place]:
        body += data[place + 1 : place + 1 + data[place]]
        place += 1 + data[place]
    return body, place + 1


def png_chunks(data):
    """[(name, content)]"""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = [], 8
    while place < len(data):
        (size,) = struct.unpack(">I", data[place : place + 4])
        chunks.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + size]))
        place += 12 + size
    assert place == len(data)
    return chunks


def riff_chunks(data):
    """[(name, content)] of a WebP."""
    assert data[:4] == b"RIFF"
    assert data[8:12] == b"WEBP"
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    return _riff(data[12:])


def _riff(data):
    chunks, place = [], 0
    while place < len(data):
        (size,) = struct.unpack("<I", data[place + 4 : place + 8])
        chunks.append((data[place : place + 4], data[place + 8 : place + 8 + size]))
        place += 8 + size + size % 2
    assert place == len(data)
    return chunks


def webp_frames(data):
    """Frames of an animated WebP as RGBA, decoded by FFmpeg's own decoder, and milliseconds."""
    frames, durations = [], []
    for name, content in riff_chunks(data):
        if name == b"ANMF":
            durations.append(int.from_bytes(content[12:15], "little"))
            body = b"WEBP" + content[16:]
            still = BytesIO(b"RIFF" + struct.pack("<I", len(body)) + body)
            with av.open(still, format="webp_pipe") as container:
                (frame,) = container.decode(video=0)
            frames.append(frame.to_ndarray(format="rgba"))
    return frames, durations


def mp4_boxes(data, path=b""):
    """{b"moov/trak/...": content} of an MP4's boxes."""
    boxes, place = {}, 0
    while place < len(data):
        size, name = struct.unpack(">I4s", data[place : place + 8])
        content = data[place + 8 : place + size]
        boxes[path + name] = content
        if name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta"):
            boxes |= mp4_boxes(content, path + name + b"/")
        place += size
    return boxes


def mp4_times(data):
    """(number of frames, seconds) that an MP4's table of times says."""
    boxes = mp4_boxes(data)
    (scale,) = struct.unpack(">I", boxes[b"moov/trak/mdia/mdhd"][12:16])
    table = np.frombuffer(boxes[b"moov/trak/mdia/minf/stbl/stts"][8:], ">u4").reshape(-1, 2)
    return int(table[:, 0].sum()), float((table[:, 0] * table[:, 1]).sum() / scale)


def webm_elements(data):
    """[(id, content)] of a WebM, flat; masters are walked into."""
    elements, place = [], 0
    while place < len(data):
        key, place = _ebml_number(data, place, keep_mark=True)
        size, place = _ebml_number(data, place, keep_mark=False)
        if key in EBML_MASTERS:
            elements += webm_elements(data[place : place + size])
        else:
            elements.append((key, data[place : place + size]))
        place += size
    return elements


def _ebml_number(data, place, keep_mark):
    length = 9 - data[place].bit_length()
    number = int.from_bytes(data[place : place + length], "big")
    return number if keep_mark else number - (1 << (7 * length)), place + length
