"""A power cut: what a host had not yet written to its disk is lost.

Ending processes loses nothing, since the kernel still writes what they have written. So the disk,
an ext4 file system in a file, is shut down first, as FS_IOC_SHUTDOWN of the kernel does it for the
tests of file systems: at once, without its journal.
"""

import fcntl
import os
import signal
import struct
from pathlib import Path

from tests.hosts import Booted
from tests.hub.running import until
from tests.system import needs
from tests.template.packages import run, succeed

# include/uapi/linux/fs.h and fs/ext4/ext4.h: _IOR('X', 125, __u32), EXT4_GOING_FLAGS_NOLOGFLUSH
_SHUTDOWN, _WITHOUT_JOURNAL = 0x8004587D, 2


def make_disk(path: Path, size: str = "8G") -> Path:
    """Make a file with an empty file system, which takes no more room than what is written."""
    needs("mkfs.ext4", "losetup")
    succeed("truncate", "--size", size, path)
    succeed("mkfs.ext4", "-q", path)
    return path


def cut_power(host: Booted, disk: Path) -> None:
    """Cut a host's power, and wait until its disk can be used again.

    Args:
        host: The host, which then has to be booted anew.
        disk: Its disk.
    """
    boots = run("ps", "-o", "ppid=", "-p", host.leader).out.strip()
    layer = os.open(f"/proc/{boots}/root{host.layer}", os.O_RDONLY)
    try:
        fcntl.ioctl(layer, _SHUTDOWN, struct.pack("I", _WITHOUT_JOURNAL))
    finally:
        os.close(layer)
    os.kill(int(host.leader), signal.SIGKILL)
    until(lambda: not run("losetup", "--associated", str(disk)).out.strip(), "the disk is free")
