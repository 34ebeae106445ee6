"""`gateway.yaml` → one frozen `Settings`, or `SettingsError` with every mistake and its place."""

from gateway.settings.checks import Buckets, Check, Token, Verification
from gateway.settings.kafka import Kafka
from gateway.settings.load import Mistake, SettingsError, load, parse, render
from gateway.settings.models import (
    Admin,
    DeadLetter,
    Journal,
    Route,
    Server,
    Settings,
    Source,
)
from gateway.settings.part import Part, load_part
from gateway.settings.schema import config_schema
from gateway.settings.secret import Secret
from gateway.settings.values import Address, Surroundings

__all__ = [
    "Address",
    "Admin",
    "Buckets",
    "Check",
    "DeadLetter",
    "Journal",
    "Kafka",
    "Mistake",
    "Part",
    "Route",
    "Secret",
    "Server",
    "Settings",
    "SettingsError",
    "Source",
    "Surroundings",
    "Token",
    "Verification",
    "config_schema",
    "load",
    "load_part",
    "parse",
    "render",
]
