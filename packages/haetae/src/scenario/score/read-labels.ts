import type { Label } from '../campaign/campaign.ts';

export class LabelError extends Error {
  override readonly name = 'LabelError';
}

/** Labels as JSON lines, as they lie beside an emitted log. Throws a {@link LabelError} that says where. */
export function readLabels(text: string, path: string): Label[] {
  const labels: Label[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const fail = (what: string): never => {
      throw new LabelError(`${path}:${i + 1}: ${what}`);
    };
    let one: Partial<Label>;
    try {
      one = JSON.parse(line) as Partial<Label>;
    } catch {
      return fail('not JSON');
    }
    const { campaign, step, techniques, computer, channel, eventId, record, time } = one ?? {};
    for (const [name, value] of Object.entries({ campaign, step, computer, channel, time }))
      if (typeof value !== 'string' || value === '') fail(`no text in \`${name}\``);
    for (const [name, value] of Object.entries({ eventId, record }))
      if (!Number.isInteger(value)) fail(`no number in \`${name}\``);
    if (!Array.isArray(techniques) || techniques.some((id) => typeof id !== 'string'))
      fail('no list of ids in `techniques`');
    if (Number.isNaN(Date.parse(time!))) fail('`time` is no time');
    labels.push(one as Label);
  }
  return labels;
}
