"""``python -m dragoman.node COMMAND``: Django's management commands for this node."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dragoman.node.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
