import iconv from 'iconv-lite';

/** A streaming decoder: a character cut between two writes is put together. Bytes that are no character become U+FFFD. */
export interface ByteDecoder {
  write(bytes: Buffer): string;
  end(): string;
}

/**
 * CP949 (windows-949). Not Node's TextDecoder('euc-kr'): it knows KS X 1001 alone and loses 뷁, 똠, 펲 and 8,800 other syllables.
 */
export function cp949Decoder(): ByteDecoder {
  const decoder = iconv.getDecoder('cp949');
  return { write: (bytes) => decoder.write(bytes), end: () => decoder.end() ?? '' };
}
