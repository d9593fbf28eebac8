/**
 * FNV-1a, 32 bits, over UTF-16 code units. Not for security: it gives short names to rows and a place in the palette to
 * services, the same in every browser and every session, which is all that is asked of it. The hash of a text goes on
 * from the hash of its beginning.
 */
export function fnv1a(text: string, from = 0x811c9dc5): number {
  let hash = from;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
