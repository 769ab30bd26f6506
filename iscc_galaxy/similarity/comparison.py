"""A comparison: datasets with each other or with a reference, and the pairs within the threshold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from iscc_galaxy.similarity.arrays import cut_points, places_of_ranges
from iscc_galaxy.similarity.compared import ComparedDataset
from iscc_galaxy.similarity.data_codes import data_codes, DataCodes, distances
from iscc_galaxy.similarity.matches import find_matches, Matches

# Pairs that are put together at a time.
PAIRS = 2 ** 18


@dataclass(frozen=True)
class Comparison:
    """Datasets and their Data-Codes, those of the reference if there is one, and what matches what."""

    datasets: Sequence[ComparedDataset]
    codes: DataCodes
    reference: Sequence[ComparedDataset] | None
    reference_codes: DataCodes | None
    matches: Matches

    @property
    def others(self) -> Sequence[ComparedDataset]:
        """What the datasets are compared with: the reference, or they themselves."""
        return self.datasets if self.reference is None else self.reference

    @property
    def all_datasets(self) -> Sequence[ComparedDataset]:
        """The datasets, and behind them those of the reference."""
        return [*self.datasets, *(self.reference or ())]

    @property
    def code_of_all(self) -> np.ndarray:
        """The places of the codes of all datasets; those of the reference come after the others."""
        if self.reference_codes is None:
            return self.codes.code_of
        return np.concatenate([self.codes.code_of, self.reference_codes.code_of + len(self.codes)])

    def distances(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return the distances in bits between codes at some places, as `code_of_all` counts them."""
        sides = [self.codes] if self.reference_codes is None else [self.codes, self.reference_codes]
        return distances(sides, one, other)

    def matches_of_datasets(self) -> Iterator[tuple[list[int], list[int]]]:
        """Yield, for each dataset in order, the places of its matches among `others`, and the distances in bits.

        The closest match comes first; equally close ones are in the order of `others`.
        """
        neighbours, apart, begins = self.matches.neighbours()
        other_codes, first = self.codes, 0
        if self.reference_codes is not None:
            other_codes, first = self.reference_codes, len(self.codes)
        bounds = cut_points(self.matches.matches_of[self.codes.code_of] + 1, PAIRS)
        for low, high in zip(bounds, bounds[1:]):
            # From datasets to the codes that match theirs, and on to the datasets that have those codes.
            of_datasets = self.codes.code_of[low:high]
            count = begins[of_datasets + 1] - begins[of_datasets]
            near = places_of_ranges(begins[of_datasets], count)
            other = neighbours[near] - first
            counts = other_codes.counts[other]
            match = other_codes.datasets[places_of_ranges(other_codes.starts[other], counts)]
            dataset = np.repeat(np.repeat(np.arange(low, high), count), counts)
            distance = np.repeat(apart[near], counts)
            if self.matches.is_self:
                is_other = dataset != match
                dataset, match, distance = dataset[is_other], match[is_other], distance[is_other]
            order = np.lexsort((match, distance, dataset))
            places = np.searchsorted(dataset[order], np.arange(low, high + 1)).tolist()
            matched, bits = match[order].tolist(), distance[order].tolist()
            for begin, end in zip(places, places[1:]):
                yield matched[begin:end], bits[begin:end]


def compare(
    datasets: Sequence[ComparedDataset], reference: Sequence[ComparedDataset] | None, threshold: int, threads: int,
) -> Comparison:
    """Compare datasets with a reference or, where that is None, with each other; `threshold` is in bits of 128."""
    codes = data_codes([dataset.code for dataset in datasets])
    reference_codes = None if reference is None else data_codes([dataset.code for dataset in reference])
    matches = find_matches(codes, reference_codes, threshold, threads)
    return Comparison(datasets, codes, reference, reference_codes, matches)
