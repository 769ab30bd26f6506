"""What is compared: how long its codes are, and what it is called in tables and pictures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A thing that is compared, with the name of its code, and how many bits that has.

    What is equal but for its name is `identical` to another. In pictures, such a thing is `identical_to` the one with a
    number; a count of them has the words `copy` or `copies`, and the words `of_copies` end a sentence on them.
    `unrelated_things` are what is nearly half of the bits apart.
    """

    thing: str
    code: str
    bits: int
    identical: str
    identical_to: str
    copy: str
    copies: str
    of_copies: str
    unrelated_things: str

    @property
    def unrelated(self) -> int:
        """How far apart two unrelated things mostly are: half of the bits are equal by chance."""
        return self.bits // 2

    def relation(self, is_identical: bool, distance: int) -> str:
        """Return in words how alike two things are."""
        if is_identical:
            return self.identical
        return 'similar' if distance else f'equal {self.code}'


DATASETS = Kind(
    thing='dataset', code='Data-Code', bits=128, identical='bit-identical', identical_to='identical to',
    copy='bit-identical copy', copies='bit-identical copies', of_copies='could be deleted without losing content',
    unrelated_things='data',
)
IMAGES = Kind(
    thing='image', code='Image-Code', bits=256, identical='same pixels', identical_to='same pixels as',
    copy='with the same pixels', copies='with the same pixels', of_copies='as another image',
    unrelated_things='images',
)
