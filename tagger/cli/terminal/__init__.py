"""The full-screen review. Only ``tagger review`` in a terminal imports it, because Textual takes a moment."""
