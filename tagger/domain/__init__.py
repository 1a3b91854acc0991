"""The things tagger is about, as frozen data: nothing here reads, writes or imports anything beyond the stdlib."""
