/* What every instruction set shares, written on vector extensions. The including header defines sv_f32, sv_s32, sv_u8
 * (SV_LANES elements each), SV_SPLAT, and afterwards sv_max, sv_min, sv_fma and sv_dot4. */
#define SV_INLINE static inline __attribute__((always_inline, unused))
#ifdef __clang__
#define SV_UNROLL _Pragma("unroll")
#define SV_ROLL _Pragma("nounroll")
#else
#define SV_UNROLL _Pragma("GCC unroll 64")
#define SV_ROLL
#endif
#define SV_BLOCK 16 /* output channels of one packed block of weights */

typedef unsigned char sv_byte;
typedef signed char sv_s8;
typedef float sv_f32_unaligned __attribute__((vector_size(4 * SV_LANES), aligned(1), may_alias));
typedef int sv_s32_unaligned __attribute__((vector_size(4 * SV_LANES), aligned(1), may_alias));
typedef sv_byte sv_u8_unaligned __attribute__((vector_size(SV_LANES), aligned(1), may_alias));
typedef int sv_word_unaligned __attribute__((aligned(1), may_alias));

SV_INLINE sv_f32 sv_splat(float x) { return (sv_f32)SV_SPLAT(x); }
SV_INLINE sv_s32 sv_splat_s32(int x) { return (sv_s32)SV_SPLAT(x); }
SV_INLINE sv_f32 sv_load(const float *p) { return *(const sv_f32_unaligned *)p; }
SV_INLINE sv_s32 sv_load_s32(const void *p) { return *(const sv_s32_unaligned *)p; }
SV_INLINE void sv_store(float *p, sv_f32 v) { *(sv_f32_unaligned *)p = v; }
SV_INLINE sv_f32 sv_to_f32(sv_s32 v) { return __builtin_convertvector(v, sv_f32); }
SV_INLINE sv_s32 sv_to_s32(sv_f32 v) { return __builtin_convertvector(v, sv_s32); }
SV_INLINE sv_s32 sv_load_u8(const sv_byte *p) { return __builtin_convertvector((sv_u8) * (const sv_u8_unaligned *)p, sv_s32); }
SV_INLINE void sv_store_u8(sv_byte *p, sv_s32 v) { *(sv_u8_unaligned *)p = __builtin_convertvector(v, sv_u8); }
/* mask is all ones or all zeros per lane */
SV_INLINE sv_f32 sv_select(sv_s32 mask, sv_f32 a, sv_f32 b) { return (sv_f32)((mask & (sv_s32)a) | (~mask & (sv_s32)b)); }

/* Round half to even by adding 1.5 * 2^23; the value must lie within +-2^22. The bits of the sum hold the integer. */
#define SV_MAGIC 12582912.0f
#define SV_MAGIC_BITS 0x4B400000
SV_INLINE sv_f32 sv_round(sv_f32 v) { return (v + sv_splat(SV_MAGIC)) - sv_splat(SV_MAGIC); }
SV_INLINE sv_s32 sv_round_s32(sv_f32 v) { return (sv_s32)(v + sv_splat(SV_MAGIC)) - sv_splat_s32(SV_MAGIC_BITS); }

/* Own memcpy and memset: the libraries link to nothing. */
SV_INLINE void sv_copy(sv_byte *restrict y, const sv_byte *restrict x, const long bytes) {
  long i = 0;
  for (; i + 4 * SV_LANES <= bytes; i += 4 * SV_LANES) *(sv_s32_unaligned *)(y + i) = *(const sv_s32_unaligned *)(x + i);
  SV_ROLL for (; i < bytes; i++) y[i] = x[i];
}
SV_INLINE void sv_fill(sv_byte *y, const int value, const long bytes) {
  const sv_s32 v = sv_splat_s32((int)(0x01010101u * (unsigned)value));
  long i = 0;
  for (; i + 4 * SV_LANES <= bytes; i += 4 * SV_LANES) *(sv_s32_unaligned *)(y + i) = v;
  SV_ROLL for (; i < bytes; i++) y[i] = (sv_byte)value;
}
/* The border of a channels-last buffer; all sizes in bytes. */
SV_INLINE void sv_border(sv_byte *y, const int value, const int images, const int rows, const int row_bytes, const int top,
                         const int bottom, const int left_bytes, const int right_bytes, const int slack) {
  const long pitch = left_bytes + (long)row_bytes + right_bytes;
  for (int n = 0; n < images; n++) {
    sv_fill(y, value, top * pitch + left_bytes);
    y += top * pitch + left_bytes;
    for (int r = 0; r < rows; r++, y += pitch) sv_fill(y + row_bytes, value, r + 1 < rows ? right_bytes + left_bytes : right_bytes);
    y -= left_bytes;
    sv_fill(y, value, bottom * pitch);
    y += bottom * pitch;
  }
  sv_fill(y, 0, slack);
}
