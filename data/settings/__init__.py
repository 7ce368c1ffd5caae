"""Settings in layers: the shipped file, the home's, a file on the command line, its flags."""

from data.settings.change import set_value
from data.settings.load import Effective, Settings, load_settings
from data.settings.toml_text import SettingsLayer, read_layer

__all__ = ["Effective", "Settings", "SettingsLayer", "load_settings", "read_layer", "set_value"]
