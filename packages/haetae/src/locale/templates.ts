import { type Josa, josa } from './josa.ts';

/**
 * What a text of fixed words is in another language: `no modifier |{0}` → `{0:이라는/라는} 수정자는 없습니다`. What stands for
 * `{0}` is put in as it is, with a particle where one is named; `{0~}` is itself said in the other language.
 */
export type Templates = Readonly<Record<string, string>>;

/** undefined for a text that no template is for. */
export function sayer(templates: Templates): (text: string) => string | undefined {
  const known = Object.entries(templates).map(([text, said]) => ({ pattern: patternOf(text), said }));
  const say = (text: string): string | undefined => {
    for (const { pattern, said } of known) {
      const found = pattern.exec(text);
      if (found === null) continue;
      return said.replace(/\{(\d)(~|:[^}]+)?\}/g, (_, n: string, how: string | undefined) => {
        const part = found[Number(n) + 1]!;
        if (how === '~') return say(part) ?? part;
        return how === undefined ? part : josa(part, how.slice(1) as Josa);
      });
    }
    return undefined;
  };
  return say;
}

function patternOf(text: string): RegExp {
  const source = text.split(/\{\d~?\}/).map((piece) => piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${source.join('(.*?)')}$`, 's');
}
