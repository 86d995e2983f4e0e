/* Packing of 32-bit lanes to bytes on x86-64; the instruction set's header says in which order (SV_PACK_ORDER) dwords go back. */
#ifndef SV_X86_64_PACK_H
#define SV_X86_64_PACK_H
#define SV_HAS_PACK 1
/* The nearest integers, halves to even. */
SV_INLINE sv_s32 sv_round_s32(sv_f32 v) {
    sv_s32 r;
    __asm__("vcvtps2dq %1, %0" : "=v"(r) : "v"(v));
    return r;
}
#define SV_PACK(name, to, low, high) __asm__(name " %2, %1, %0" : "=v"(to) : "v"(low), "v"(high))
/* The lanes of a, b, c, d plus `add`, clamped to 0..255: first four of each, then the next four of each. */
SV_INLINE sv_quad sv_pack_lanes(sv_s32 a, sv_s32 b, sv_s32 c, sv_s32 d, const short add) {
    sv_s16 ab, cd;
    sv_quad bytes;
    SV_PACK("vpackssdw", ab, a, b);
    SV_PACK("vpackssdw", cd, c, d);
    if (add) {
        const sv_s16 zero = {0};
        SV_PACK("vpaddsw", ab, ab, zero + add);
        SV_PACK("vpaddsw", cd, cd, zero + add);
    }
    SV_PACK("vpackuswb", bytes, ab, cd);
    return bytes;
}
/* The same, vector by vector. */
SV_INLINE sv_quad sv_pack_quad(sv_s32 a, sv_s32 b, sv_s32 c, sv_s32 d, const short add) {
    const sv_s32 order = SV_PACK_ORDER;
    sv_quad ordered;
    SV_PACK("vpermd", ordered, order, sv_pack_lanes(a, b, c, d, add));
    return ordered;
}
SV_INLINE sv_quad sv_at_least(sv_quad bytes, const unsigned char lo) {
    const sv_quad none = {0};
    SV_PACK("vpmaxub", bytes, bytes, none + lo);
    return bytes;
}
SV_INLINE sv_quad sv_at_most(sv_quad bytes, const unsigned char hi) {
    const sv_quad none = {0};
    SV_PACK("vpminub", bytes, bytes, none + hi);
    return bytes;
}
#endif
