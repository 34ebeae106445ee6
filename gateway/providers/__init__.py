"""The folder is the registry: every module here has one `PROVIDER`."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from gateway.core.provider import Provider


@cache
def providers() -> dict[str, Provider]:
    """All providers by name."""
    found = (
        import_module(f"{__name__}.{module.name}").PROVIDER for module in iter_modules(__path__)
    )
    return {provider.name: provider for provider in found}
