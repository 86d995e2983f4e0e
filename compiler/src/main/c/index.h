/* Walks over dense memory and indices that are computed from the data. Out of range is bad data, found before memory
   there is touched. */
#ifndef SV_INDEX_H
#define SV_INDEX_H
#define SV_AXES 16

/* Element i of int32 or int64 indices; `bytes` is the width of one. */
SV_INLINE long long sv_index(const void *indices, const long i, const int bytes) {
    return bytes == 8 ? ((const long long *)indices)[i] : ((const int *)indices)[i];
}
/* The same as a place on an axis, negative ones counted from the end; -1 when it is on neither side of it. */
SV_INLINE long sv_place(const void *indices, const long i, const int bytes, const long extent) {
    const long long index = sv_index(indices, i, bytes);
    if (index < -extent || index >= extent) return -1;
    return (long)(index < 0 ? index + extent : index);
}
/* Moves `at`, which starts with zeros, to the next of all indices, the last axis fastest; how far the element lies. */
SV_INLINE long sv_advance(long *at, const int rank, const long *extents, const long *strides) {
    long moved = 0;
    for (int axis = rank - 1; axis >= 0; axis--) {
        moved += strides[axis];
        if (++at[axis] < extents[axis]) break;
        moved -= strides[axis] * extents[axis];
        at[axis] = 0;
    }
    return moved;
}
#endif
