"""The command line in a process that may open only so many files: ``limited FILES WORD…``."""

import resource
import sys

from attention_point.command_line import main

files = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
main()
