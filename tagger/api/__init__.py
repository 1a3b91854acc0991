"""What other programs import: a thin layer over the steps and the learning room. ``tagger`` itself names it."""
