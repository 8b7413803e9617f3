# pyright: reportCallIssue=false, reportGeneralTypeIssues=false, reportArgumentType=false, reportAttributeAccessIssue=false
"""An 8-bit image to the network's input in one pass over memory."""

from collections.abc import Sequence

import triton
import triton.language as tl
from torch import Tensor

PIXELS = 256
"""Of one output line, for one program; two per thread."""

# One binary serves images of every size.
_VARYING = ["h", "w", "oh", "ow", "bgr_line", "out_channel", "out_line"]


@triton.jit
def _source(index, size, out_size):
    """The source index at or below output index `index`, exactly, and the fraction from there."""
    scaled = index * size
    below = scaled // out_size
    return below, (scaled - below * out_size).to(tl.float32) / out_size.to(tl.float32)


@triton.jit(do_not_specialize=_VARYING)
def _warp_normalize_kernel(
    bgr_ptr,
    out_ptr,
    h,
    w,
    oh,
    ow,
    bgr_line,
    out_channel,
    out_line,
    out_pixel,
    mean,
    std,
    BLOCK: tl.constexpr,
):
    x_out = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    y_out = tl.program_id(1)
    inside = x_out < ow
    y, down = _source(y_out, h, oh)
    x, right = _source(x_out, w, ow)
    upper_ptr = bgr_ptr + y.to(tl.int64) * bgr_line + x * 3
    lower_ptr = upper_ptr + bgr_line
    in_lower = x_out < tl.where(y + 1 < h, ow, 0)
    has_right = x + 1 < w
    out_ptr += y_out.to(tl.int64) * out_line + x_out * out_pixel
    for channel in tl.static_range(3):  # of the output, RGB
        a = tl.load(upper_ptr + 2 - channel, mask=inside, other=0).to(tl.float32)
        b = tl.load(upper_ptr + 5 - channel, mask=inside & has_right, other=0).to(tl.float32)
        d = tl.load(lower_ptr + 2 - channel, mask=in_lower, other=0).to(tl.float32)
        e = tl.load(lower_ptr + 5 - channel, mask=in_lower & has_right, other=0).to(tl.float32)
        a += (d - a) * down
        b += (e - b) * down
        result = (a + (b - a) * right - mean[channel]) / std[channel]
        tl.store(out_ptr + channel * out_channel, result.to(out_ptr.dtype.element_ty), inside)


def warp_normalize(bgr: Tensor, out: Tensor, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """As reference.warp_normalize; every source byte and every output is touched once."""
    (h, w, _), (_, oh, ow) = bgr.shape, out.shape
    if max(h * oh, w * ow) >= 2**31:
        raise ValueError(f"warp_normalize: {w} x {h} to {ow} x {oh} exceeds 32-bit pixel positions")
    if bgr.stride()[1:] != (3, 1):
        bgr = bgr.contiguous()
    _warp_normalize_kernel[triton.cdiv(ow, PIXELS), oh](
        bgr,
        out,
        h,
        w,
        oh,
        ow,
        bgr.stride(0),
        *out.stride(),
        tuple(mean),
        tuple(std),
        BLOCK=PIXELS,
        enable_fp_fusion=True,
    )
    return out
