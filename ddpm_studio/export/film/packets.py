"""The packets of a video, handed on as they are."""

from __future__ import annotations

from pathlib import Path

import av


def copy_packets(source: Path, target: Path) -> None:
    """The same packets in a container without texts. Raises OSError or ValueError."""
    try:
        with source.open("rb") as file, av.open(file, "r") as old, av.open(target, "w") as new:
            [stream] = old.streams.video
            copy = new.add_stream_from_template(stream)
            for packet in old.demux(stream):
                if packet.dts is not None:
                    packet.stream = copy
                    new.mux(packet)
    except av.FFmpegError as error:
        raise ValueError("it is damaged") from error
