/* Which part of a step's outputs a thread computes. Whoever computes an output, it is the same number. */
#ifndef SV_PART_H
#define SV_PART_H

/* Units first .. end - 1 of the axis along which threads share the work. */
struct sv_part {
    int first, end;
};

/* Axes that may be shared, and their units: images or batches, bands of rows, tiles of columns, groups of vectors. The last
   unit of an axis may be smaller. */
enum sv_split { SV_WHOLE, SV_IMAGES, SV_BANDS, SV_TILES, SV_GROUPS };

/* The whole units, `count` of them, of one axis that belong to the part. */
SV_INLINE struct sv_part sv_along(const int split, const int axis, const struct sv_part part, const int count) {
    const struct sv_part all = {0, count}, some = {part.first, part.end < count ? part.end : count};
    return split == axis ? some : all;
}
/* Whether the smaller unit behind them does. */
SV_INLINE int sv_has_rest(const int split, const int axis, const struct sv_part part, const int count) {
    return split != axis || part.end > count;
}
#endif
