import { expect, test } from 'vitest';
import { readAssets } from './assets.ts';

test('hosts and their weights, with comments; a line that says none is told with its number', () => {
  const { weights, problems } = readAssets(
    '# hosts\r\nDC1.corp.example, 2\nLAB-7 0 # thrown away\nsrv=1.5\nSRV2;3\nonly\n',
  );
  expect([...weights]).toEqual([
    ['dc1.corp.example', 2],
    ['lab-7', 0],
    ['srv', 1.5],
  ]);
  expect(problems).toEqual([
    { line: 5, text: 'SRV2;3' },
    { line: 6, text: 'only' },
  ]);
});
