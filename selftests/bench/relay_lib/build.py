#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Make what is measured, and what it is measured with: as who called sudo, so
that nothing in the tree is root's.

usage: build.py [peers|tools]…
"""

import os
import pwd
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
WHERE = {"peers": HERE + "/../peers", "tools": HERE + "/../../../tools"}


def as_user():
    """Words in front of a command; none where nobody called sudo."""
    name = os.environ.get("SUDO_USER", "root")
    if os.geteuid() or name == "root":
        return ()
    user = pwd.getpwnam(name)
    return ("setpriv", "--reuid", name, "--regid", str(user.pw_gid),
            "--init-groups", "env", "-u", "SUDO_USER", "HOME=" + user.pw_dir)


def build(*names):
    """Make all that is asked for. True if all of it is there."""
    return not any(subprocess.run(
        as_user() + ("make", "-s", "-C", WHERE[name]),
        check=False).returncode for name in names)


if __name__ == "__main__":
    sys.exit(not build(*sys.argv[1:] or WHERE))
