import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sinkPlaceOf } from './place.ts';

test('a URL says where OpenSearch is, who one is to it, and what is ours', () => {
  const folder = mkdtempSync(join(tmpdir(), 'haetae-sink-'));
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, 'CA');
  expect(sinkPlaceOf(`https://haetae:p%40ss%2F@search.example:9200/logs?ca=${ca}&from=new&template=off`)).toEqual({
    ...{ node: 'https://search.example:9200', auth: { username: 'haetae', password: 'p@ss/' }, ca: 'CA' },
    ...{ prefix: 'logs', all: false, template: false },
  });
  expect(sinkPlaceOf('http://[::1]:9200')).toEqual({
    ...{ node: 'http://[::1]:9200', auth: undefined, ca: undefined, prefix: 'haetae', all: true, template: true },
  });
  rmSync(folder, { recursive: true });
});

test.each([
  ['opensearch://host', /none of http or https/],
  ['https://u:geheim@host/Upper', /“Upper” is no beginning of an index's name/],
  ['https://u:geheim@host/a/b', /“a\/b” is no beginning/],
  ['https://u:geheim@host/a?tls=on', /“tls” is no setting/],
  ['https://u:geheim@host/a?from=now', /from is all or new, not “now”/],
  ['http://u:geheim@host/a?ca=x', /ca is of TLS/],
  ['https://u:geheim@host/a?ca=/none', /ENOENT/],
  ['https://u:gehe%ZZim@host/a', /written as %XX|none of http/],
])('%s is refused with the form that is wanted, and without the password', (url, why) => {
  const refuse = (): unknown => sinkPlaceOf(url);
  expect(refuse).toThrow(why);
  expect(refuse).toThrow(/Its form: https:\/\//);
  expect(refuse).not.toThrow(/geheim/);
});
