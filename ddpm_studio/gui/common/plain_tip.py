"""Tooltips that show a text as it is, though Qt takes some texts for a page of the web."""

from __future__ import annotations

from html import escape


def plain_tip(text: str) -> str:
    """For `setToolTip`, of a text that holds the name of a file or something a file says."""
    return f"<p style='margin:0'>{escape(text)}</p>" if "<" in text else text
