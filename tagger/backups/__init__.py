"""Backups: one archive file each, with a checksum for all that is in it, and the places they are kept in."""

from tagger.backups.archive import Content, Manifest, pack, read_manifest, unpack, verify
from tagger.backups.naming import file_name, parse_name
from tagger.backups.places import Folder, Place, place_at
from tagger.backups.rotation import rotate

__all__ = [
    "Content",
    "Folder",
    "Manifest",
    "Place",
    "file_name",
    "pack",
    "parse_name",
    "place_at",
    "read_manifest",
    "rotate",
    "unpack",
    "verify",
]
