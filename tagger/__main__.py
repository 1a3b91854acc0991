"""Lets ``python -m tagger`` run the command line."""

from tagger.cli import main

if __name__ == "__main__":
    main()
