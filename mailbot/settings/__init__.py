"""settings.yaml plus environment -> frozen `Settings`."""

from mailbot.settings.load import load_settings
from mailbot.settings.model import Settings

__all__ = ["Settings", "load_settings"]
