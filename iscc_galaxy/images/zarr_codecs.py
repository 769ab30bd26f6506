"""Codecs of Zarr: those of imagecodecs are added, some are refused, and Blosc is checked.

Terms are those of Zarr v2, whose codecs come from numcodecs. Zarr v3 has none of those that are refused.
"""

import imagecodecs.numcodecs
import numcodecs
from zarr.codecs import BloscCodec
from zarr.core.array_spec import ArraySpec
from zarr.core.buffer import Buffer
from zarr.registry import register_codec

from iscc_galaxy.images.scenes import ImageError
from iscc_galaxy.images.zarr_nodes import Node

# They decode to Python objects; pickle runs whatever code the file holds.
_OF_OBJECTS = {'pickle', 'json2', 'msgpack2', 'vlen-array', 'vlen-bytes', 'vlen-utf8', 'categorize'}
# They make up pixels for data that are missing.
_BLIND = {f'imagecodecs_{name}' for name in ('blosc', 'htj2k', 'jpeg', 'jpegxr', 'lzw')}


def check_codecs(array: Node) -> None:
    """Raise ImageError for an array whose codecs may run foreign code, or don't notice damage."""
    codecs = [array.metadata.get('compressor'), *(array.metadata.get('filters') or ())]
    names = {str(codec.get('id')) for codec in codecs if isinstance(codec, dict)}
    if array.metadata.get('dtype') == '|O' or names & _OF_OBJECTS:
        raise ImageError(
            f'Its {array.title} holds Python objects, not pixels, and may run foreign code when it is read. '
            'Write it again as an array of numbers.'
        )
    if names & _BLIND:
        raise ImageError(
            f'Its {array.title} is compressed by {", ".join(sorted(names & _BLIND))}, which does not notice damage. '
            'Write it again with another compressor, such as Zstandard.'
        )


class WholeBlosc(numcodecs.Blosc):
    """Blosc for Zarr v2, which checks that its data are whole; the library itself reads on behind their end."""

    def decode(self, buf, out=None):
        _check_length(bytes(buf[:16]), len(buf))
        return super().decode(buf, out)


class WholeBloscCodec(BloscCodec):
    """The same for Zarr v3."""

    async def _decode_single(self, chunk_bytes: Buffer, chunk_spec: ArraySpec) -> Buffer:
        _check_length(chunk_bytes[:16].to_bytes(), len(chunk_bytes))
        return await super()._decode_single(chunk_bytes, chunk_spec)


def _check_length(header: bytes, length: int) -> None:
    """Raise ValueError unless Blosc data are as long as the last of the four numbers in their header says."""
    if length != int.from_bytes(header[12:16], 'little'):
        raise ValueError('its length is not that in its header')


def _register() -> None:
    imagecodecs.numcodecs.register_codecs()
    numcodecs.register_codec(WholeBlosc)
    register_codec('blosc', WholeBloscCodec)


_register()
# Which of several codecs of a name zarr takes.
CHOSEN = {'codecs.blosc': f'{WholeBloscCodec.__module__}.{WholeBloscCodec.__qualname__}'}
