/** What hostile bytes may cost. Real logs stay far below each. */

export const MAX_ELEMENT_DEPTH = 128;

/** BinXML inside a value of BinXML inside … */
export const MAX_NESTING = 16;

/** Characters of text plus nodes of one record once its templates are filled in, and of all records of a chunk. */
export const MAX_RECORD_SIZE = 4 << 20;
export const MAX_CHUNK_SIZE = 32 << 20;

/** Bytes of all template definitions of a chunk: they may overlap only in a forged one, where they could be many times 64 KiB. */
export const MAX_DEFINITIONS = 1 << 20;

/** Bytes of all attempts at carving a record out of one chunk. */
export const MAX_CARVED = 1 << 20;
