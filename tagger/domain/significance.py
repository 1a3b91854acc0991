"""What a difference that was looked for among many still tells."""

from collections.abc import Sequence


def holm_corrected(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number after Holm (1979), in the order in which they came.

    Each is then the chance that any of the tests would find so much where there is nothing to find.
    """
    corrected, least = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = max(least, min(p_values[place] * (len(p_values) - rank), 1.0))
        corrected[place] = least
    return corrected
