"""Lambda functions: a folder each, `handler.py` in it.

What is imported for one stays for good, and looking for garbage among it over and over takes a tenth of a cold start.
So there is none of that until `reelstack.platform.telemetry.entry` has the handler.
"""

import gc

gc.disable()
