"""Tags research papers for daily digests: ingest, label, train, auto-tag, review, publish."""

__version__ = "0.1.0"
