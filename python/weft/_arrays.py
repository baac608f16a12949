"""What callers give, as arrays of the types that Weft reads. A value that would be lost is an ArgumentError that names
the argument."""

import numpy as np

from weft._weft import nearest_name
from weft.errors import ArgumentError


def is_scipy_sparse(value):
    return type(value).__module__.startswith("scipy.sparse") and hasattr(value, "tocsr")


def array_of(name, value):
    """Any array that is on the CPU: NumPy's, one of the buffer protocol, a list, or one with __dlpack__."""
    if isinstance(value, np.ndarray):
        return value
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    elif hasattr(value, "__dlpack__") and not hasattr(value, "__array__"):
        value = np.from_dlpack(value)
    elif hasattr(value, "detach"):
        value = value.detach().cpu() if not value.is_cuda else value.detach()
    try:
        return np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ArgumentError(f"{name}: {type(value).__name__} is no array that NumPy can read: {error}") from None


def _converted(name, array, dtype):
    """The array as `dtype`, in C order. What is no number of that type is an error that says where the first stands."""
    dtype = np.dtype(dtype)
    if array.dtype == dtype:
        return np.ascontiguousarray(array)
    if array.dtype.kind not in "biuf":
        raise ArgumentError(f"{name}: the type is {array.dtype}, expected numbers")
    with np.errstate(all="ignore"):
        result = np.ascontiguousarray(array, dtype=dtype)
        if dtype.kind == "f" and array.dtype.kind == "f":
            lost = np.isfinite(array) & ~np.isfinite(result)
        else:
            lost = result.astype(array.dtype) != array
            if dtype.kind == "u" and array.dtype.kind in "if":
                lost |= array < 0
    if lost.any():
        where = tuple(int(i) for i in np.argwhere(lost)[0])
        value, place = array[where], where[0] if len(where) == 1 else list(where)
        raise ArgumentError(f"{name}: {value} at {place} is no {dtype} ({array.dtype})")
    return result


def vector(name, value, dtype, length=None):
    array = array_of(name, value)
    if array.ndim != 1:
        raise ArgumentError(f"{name}: the shape is {list(array.shape)}, expected one dimension")
    if length is not None and len(array) != length:
        raise ArgumentError(f"{name}: there are {len(array)} values, expected {length}")
    return _converted(name, array if array.size or array.dtype.kind in "biuf" else array.astype(dtype), dtype)


def matrix(name, value, dtype, rows=None, cols=None):
    array = array_of(name, value)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise ArgumentError(f"{name}: the shape is {list(array.shape)}, expected [rows, columns]")
    if rows is not None and array.shape[0] != rows:
        raise ArgumentError(f"{name}: there are {array.shape[0]} rows, expected {rows}")
    if cols is not None and array.shape[1] != cols:
        raise ArgumentError(f"{name}: there are {array.shape[1]} columns, expected {cols}")
    return _converted(name, array, dtype)


def choice(name, value, names):
    """`value`, which is one of `names`; otherwise an ArgumentError that names the nearest."""
    if value in names:
        return value
    nearest = nearest_name(str(value), list(names))
    hint = f"; did you mean {nearest!r}?" if nearest else f"; there are: {', '.join(names)}"
    raise ArgumentError(f"{name}: there is no {value!r}{hint}")


class Categories:
    """Columns of categories as features: `values` [rows, columns], each from 0 to below the size of its column.

    Without `sizes` a column has as many categories as its largest value says.
    """

    def __init__(self, values, sizes=None):
        self.values = matrix("categories", values, np.int32)
        largest = self.values.max(axis=0, initial=-1).astype(np.int64) + 1
        self.sizes = largest if sizes is None else vector("sizes", sizes, np.int64, self.values.shape[1])
        if (self.values < 0).any() or (largest > self.sizes).any():
            raise ArgumentError("categories: a value is below 0, or not below the size of its column")

    def __repr__(self):
        return f"weft.Categories([{self.values.shape[0]}, {self.values.shape[1]}], sizes={self.sizes.tolist()})"


def feature_parts(name, value, rows):
    """What the extension makes features of."""
    if value is None:
        return None
    if isinstance(value, Categories):
        if value.values.shape[0] != rows:
            raise ArgumentError(f"{name}: there are {value.values.shape[0]} rows, expected {rows}")
        return ("categories", value.sizes, value.values)
    if is_scipy_sparse(value):
        csr = value.tocsr()
        if csr.shape[0] != rows:
            raise ArgumentError(f"{name}: there are {csr.shape[0]} rows, expected {rows}")
        if not csr.has_canonical_format:
            csr = csr.copy()
            csr.sum_duplicates()
        return (
            "sparse",
            csr.shape[0],
            csr.shape[1],
            vector(name, csr.indptr, np.int64),
            vector(name, csr.indices, np.uint32),
            vector(name, csr.data, np.float32),
        )
    return ("dense", matrix(name, value, np.float32, rows))


def features_seen(parts):
    """The same the other way: None, an array, a SciPy matrix of views, or Categories."""
    if parts is None:
        return None
    kind = parts[0]
    if kind == "dense":
        return parts[1]
    if kind == "categories":
        seen = Categories.__new__(Categories)
        seen.sizes, seen.values = parts[1], parts[2]
        return seen
    from scipy.sparse import csr_array

    _, rows, cols, indptr, indices, values = parts
    return csr_array((values, indices, indptr), shape=(rows, cols), copy=False)
