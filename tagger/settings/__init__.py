"""A workspace folder and what its ``tagger.toml`` says."""

from tagger.settings.workspace import CONFIG_NAME, GUIDE_NAME, Settings, new_workspace, read_settings, write_config

__all__ = ["CONFIG_NAME", "GUIDE_NAME", "Settings", "new_workspace", "read_settings", "write_config"]
