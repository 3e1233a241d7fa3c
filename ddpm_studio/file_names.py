"""Which names files and folders may have, so that every system takes them."""

MOST_BYTES = 200  # of a name, with which every disk gets along
FORBIDDEN = '<>:"/\\|?*'  # on one system or another
DEVICES = {
    *("con", "prn", "aux", "nul"),
    *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10)),
}


def name_problem(name: str) -> str:
    """Why no file or folder should be called so, in a sentence; "" if it may on every system."""
    if not name.strip(" ."):
        return "Give it a name."
    wrong = sorted({sign for sign in name if sign in FORBIDDEN or not sign.isprintable()})
    if wrong:
        signs = " ".join(sign if sign.isprintable() else "…" for sign in wrong)
        return f"A name cannot hold {signs}"
    if name != name.strip() or name[0] == "." or name[-1] == ".":
        return "A name begins and ends with a letter or a number, not with a space or a point."
    if name.split(".")[0].lower() in DEVICES:
        return f"{name} is the name of a device on some systems; choose another one."
    if len(name.encode("utf-8", "replace")) > MOST_BYTES:
        return "That name is too long for some disks; choose a shorter one."
    return ""
