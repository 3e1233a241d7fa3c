"""How long it takes from the command to the first painted window; run by hand:

pytest tests/benchmarks/test_start.py -n 0 -s
"""

import json
import os
import statistics
import subprocess
import sys
import time

RUNS = 7
LONGEST = 1.0  # seconds
HEAVY = ("torch", "pyqtgraph", "numpy", "PIL", "av")
# Python imports this by itself before it runs the module. It waits for the window's module, and
# has the window say when its first painting has reached the screen.
WATCH = f"""
import importlib.machinery, json, os, sys, time

class Watch:
    def find_spec(self, name, path, target=None):
        if name != "ddpm_studio.gui.main_window":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        run = spec.loader.exec_module
        def run_and_patch(module):
            run(module)
            patch(module.MainWindow)
        spec.loader.exec_module = run_and_patch
        return spec

def patch(window_class):
    from PySide6.QtCore import Qt
    loaded = []
    def on_painting(window):
        loaded.extend(name for name in {HEAVY} if name in sys.modules)
    def on_screen():
        print(json.dumps([time.time(), time.process_time(), loaded]), flush=True)
        os._exit(0)
    show = window_class.showEvent
    def show_event(window, event):
        show(window, event)
        window.painted.connect(lambda: on_painting(window))
        window.painted.connect(on_screen, Qt.ConnectionType.QueuedConnection)
    window_class.showEvent = show_event

sys.meta_path.insert(0, Watch())
"""


def start(folder):
    """Seconds to the painted window, seconds of computing in them, and what was imported."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        **{f"XDG_{name}_HOME": str(folder) for name in ("CONFIG", "STATE", "CACHE", "DATA")},
    }
    started = time.time()
    answer = subprocess.run(
        [sys.executable, "-m", "ddpm_studio"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    painted, computing, loaded = json.loads(answer.stdout)
    return painted - started, computing, loaded


def test_the_first_window_is_painted_within_a_second(tmp_path):
    """On a warm and quiet machine; neither torch nor pyqtgraph is imported before it."""
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    start(tmp_path)  # warms the disk's cache, and Python's
    runs = [start(tmp_path) for _ in range(RUNS)]
    times = sorted(seconds for seconds, _, _ in runs)
    computing = statistics.median(seconds for _, seconds, _ in runs)
    print(
        f"\nfirst painted window after {statistics.median(times):.2f} s in the median of {RUNS} "
        f"({times[0]:.2f} to {times[-1]:.2f} s), {computing:.2f} s of it computing"
    )
    assert all(loaded == [] for _, _, loaded in runs)
    assert statistics.median(times) <= LONGEST
