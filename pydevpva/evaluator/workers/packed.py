"""Values on their way to a worker process and back: pickled, arrays' memory apart, in a block that both see.

In both processes; any thread. The block belongs to the IOC, so that a worker that dies leaves nothing behind.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

ALIGNED = 64  # bytes: where arrays begin
LONG = 16384  # bytes of a pickle
PICKLE = 5  # the first protocol that leaves the memory of arrays to us


class Packed(NamedTuple):
    """A value as bytes; `apart` is the memory of its arrays, None where that lies in the block.

    Where `data` is empty it is the last of them: what is long does not go by the pipe, where who sends would wait.
    """

    data: bytes
    lengths: tuple[int, ...]
    apart: tuple[Any, ...] | None

    @property
    def size(self) -> int:
        """Bytes of the block that its arrays need."""
        return sum(map(_aligned, self.lengths))


def pack(value: object) -> Packed:
    """The value; `apart` is the very memory of its arrays, not a copy. Raises what pickle raises."""
    arrays: list[pickle.PickleBuffer] = []
    data = pickle.dumps(value, PICKLE, buffer_callback=arrays.append)
    apart = tuple([array.raw() for array in arrays])
    if len(data) > LONG:
        data, apart = b"", (*apart, memoryview(data))
    return Packed(data, tuple([len(memory) for memory in apart]), apart)


def copied(packed: Packed) -> Packed:
    """With memory of its own."""
    return packed._replace(apart=tuple(map(bytes, packed.apart or ())))


def placed(packed: Packed, block: memoryview) -> Packed:
    """With its arrays in the block, which is large enough."""
    for (begin, end), memory in zip(_places(packed.lengths), packed.apart or (), strict=True):
        block[begin:end] = memory
    return packed._replace(apart=None)


def unpack(packed: Packed, block: memoryview) -> Any:
    """The value, in memory of its own. Raises what unpickling raises."""
    apart = [block[begin:end] for begin, end in _places(packed.lengths)] if packed.apart is None else [*packed.apart]
    data = packed.data or apart.pop()
    return pickle.loads(data, buffers=map(bytearray, apart))


def _places(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    begins = accumulate(map(_aligned, lengths), initial=0)
    return ((begin, begin + length) for begin, length in zip(begins, lengths, strict=False))


def _aligned(length: int) -> int:
    return -(-length // ALIGNED) * ALIGNED
