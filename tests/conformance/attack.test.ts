import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  current,
  fromSigmaTags,
  legacy,
  TACTICS,
  TECHNIQUES,
  technique,
} from '../../packages/haetae/src/attack/index.ts';
import { data, describeWithData } from '../data.ts';

interface Matrix {
  readonly tactics: readonly { id: string; shortname: string; name: string }[];
  readonly techniques: readonly { id: string; name: string; tactics: string[]; platforms: string[] }[];
  readonly replacedBy?: Record<string, string>;
}
const matrix = (name: string): Matrix => JSON.parse(readFileSync(data('attack', name), 'utf8'));

describeWithData('ATT&CK tables', () => {
  test('tactics and techniques equal v19, nothing more and nothing less', () => {
    const v19 = matrix('enterprise-v19.json');
    expect(TACTICS.map(({ id, shortname, name }) => ({ id, shortname, name: name.en }))).toEqual(v19.tactics);
    expect(
      TECHNIQUES.map(({ id, name, tactics, platforms }) => ({ id, name, tactics: [...tactics].sort(), platforms })),
    ).toEqual(
      v19.techniques.map(({ id, name, tactics, platforms }) => ({ id, name, tactics: [...tactics].sort(), platforms })),
    );
  });

  test('every v18 technique leads to one of v19 and back', () => {
    const v19 = matrix('enterprise-v19.json');
    const ids = new Set(v19.techniques.map(({ id }) => id));
    for (const { id, name } of matrix('enterprise-v18.1.json').techniques) {
      const now = current(id);
      expect(now, id).toBe(v19.replacedBy?.[id] ?? id);
      expect(ids.has(now!), id).toBe(true);
      expect(legacy(now!), id).toContain(id);
      if (!ids.has(id)) expect(technique(id), id).toMatchObject({ kind: 'revoked', name, replacedBy: now });
    }
  });

  test('every tag of the Sigma rules is understood', () => {
    const unknown = new Set<string>();
    let rules = 0;
    for (const folder of ['rules', 'rules-emerging-threats', 'rules-threat-hunting']) {
      for (const file of readdirSync(data('sigma', folder), { recursive: true, encoding: 'utf8' })) {
        if (!file.endsWith('.yml')) continue;
        const text = readFileSync(join(data('sigma', folder), file), 'utf8');
        const tags = [...text.matchAll(/^\s+- ((?:attack|cve)\.\S+)/gm)].map((match) => match[1]!);
        for (const tag of fromSigmaTags(tags).unknown) unknown.add(tag);
        rules++;
      }
    }
    expect(rules).toBeGreaterThan(1000);
    expect([...unknown]).toEqual([]);
  });
});
