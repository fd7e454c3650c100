"""How much memory this server may have, and has: what Linux counts for its container or its systemd unit."""

from pathlib import Path
from typing import NamedTuple

CGROUPS = Path("/sys/fs/cgroup")
MINE = Path("/proc/self/cgroup")


class Memory(NamedTuple):
    """Bytes. What is trained by this server counts, too."""

    used: int  # without what Linux could let go of at once: files that were read
    limit: int  # above that, something of it is killed


def memory() -> Memory | None:
    """None where there is no limit, or Linux doesn't say so (cgroups of version 2 do)."""
    try:
        own = MINE.read_text("ascii").rpartition("0::/")[2].strip()
    except OSError:
        return None
    group = CGROUPS / own
    while group.is_relative_to(CGROUPS):
        if found := _of(group):
            return found
        group = group.parent
    return None


def _of(group: Path) -> Memory | None:
    try:
        limit = int((group / "memory.max").read_text("ascii"))  # "max" is none
        used = int((group / "memory.current").read_text("ascii"))
        stat = (group / "memory.stat").read_text("ascii").split()
    except (OSError, ValueError):
        return None
    files = dict(zip(stat[::2], stat[1::2], strict=False)).get("inactive_file", "0")
    return Memory(max(0, used - int(files)), limit)
