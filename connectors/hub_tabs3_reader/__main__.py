"""``python -m hub_tabs3_reader`` is the program without its script."""

import sys

from hub_tabs3_reader.program import main

sys.exit(main())
