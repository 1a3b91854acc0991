"""Learns tags from labelled papers and suggests them for new ones. Knows papers and tags, no databases."""
