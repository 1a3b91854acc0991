"""A workspace folder and what its ``tagger.toml`` says."""

from tagger.settings.workspace import (
    CONFIG_NAME,
    DEFAULT_BACKUPS,
    GUIDE_NAME,
    HISTORY_NAME,
    Settings,
    new_workspace,
    read_settings,
    settings_of,
    write_config,
)

__all__ = [
    "CONFIG_NAME",
    "DEFAULT_BACKUPS",
    "GUIDE_NAME",
    "HISTORY_NAME",
    "Settings",
    "new_workspace",
    "read_settings",
    "settings_of",
    "write_config",
]
