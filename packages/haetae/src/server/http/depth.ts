/** Whether JSON text holds objects and arrays deeper within each other than `limit`; looked at before it is parsed. */
export function isDeeper(text: string, limit: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 34:
        for (i++; i < text.length && text.charCodeAt(i) !== 34; i++) if (text.charCodeAt(i) === 92) i++;
        break;
      case 91:
      case 123:
        if (++depth > limit) return true;
        break;
      case 93:
      case 125:
        depth--;
        break;
    }
  }
  return false;
}
