"""Tensors without memory and numbers: how much they would take, and what computing them costs.

This is the one place that needs private parts of torch. Where they are not, or not as they are
known, this module cannot be imported.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

if TYPE_CHECKING:
    from torch._ops import OpOverload

if not hasattr(torch.UntypedStorage, "_cdata"):
    raise ImportError("This version of torch does not tell where the memory of a tensor lies.")

Request = tuple[int, int]  # the number of a piece of memory; its bytes, 0 when it is given back


def without_numbers() -> FakeTensorMode:
    """While this lasts, tensors have shapes only."""
    return FakeTensorMode(allow_non_fake_inputs=True)


class Watch(TorchDispatchMode):
    """Notes when memory of tensors is asked for and given back, and counts operations.

    Attributes: flops (of matrix multiplications, convolutions and attention, as torch counts).
    """

    def __init__(self, mode: FakeTensorMode) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.flops = 0
        self._mode = mode
        self._numbers: dict[int, int] = {}  # of the memory that lives, by its address
        self._last = 0
        self._requests: list[Request] = []

    def take_requests(self) -> list[Request]:
        """All since the last time."""
        requests, self._requests = self._requests, []
        return requests

    def __torch_dispatch__(
        self,
        func: OpOverload,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func is torch.ops.aten._local_scalar_dense.default:
            # a number is asked for, to be looked at: 1 is finite, and True
            return {torch.bool: True}.get(args[0].dtype, 1.0)
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if func.overloadpacket in flop_registry:
            self.flops += flop_registry[func.overloadpacket](*args, **kwargs, out_val=result)
        for leaf in tree_leaves(result):
            if isinstance(leaf, Tensor):
                self._note(leaf)
        # modules do not move tensors that somebody keeps a weak reference to, as this memo does
        self._mode.fake_tensor_converter.meta_converter.tensor_memo.clear()
        return result

    def _note(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        address = storage._cdata
        if address in self._numbers or not storage.nbytes():
            return
        self._last += 1
        self._numbers[address] = self._last
        self._requests.append((self._last, storage.nbytes()))
        weakref.finalize(storage, self._given_back, address).atexit = False

    def _given_back(self, address: int) -> None:
        self._requests.append((self._numbers.pop(address), 0))
