"""To be imported before the gateway: its modules run from their sources, also where they are
compiled. What is compiled makes no calls that could be counted.
"""

import sys
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
)

sys.path_hooks.insert(
    0,
    FileFinder.path_hook(
        (SourceFileLoader, SOURCE_SUFFIXES), (ExtensionFileLoader, EXTENSION_SUFFIXES)
    ),
)
sys.path_importer_cache.clear()
