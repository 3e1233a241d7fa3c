"""The window: everything that imports Qt. How a page is made stands in `docs/window.md`."""
