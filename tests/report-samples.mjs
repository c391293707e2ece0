/**
 * Reports to be looked at: in Korean, English, both, and in the KISA form, of the seed's CSV and of a recorded attack
 * (HAETAE_DATA), or of the sample logs that come with the product. Each is made twice: the bytes must be the same. Pages are
 * turned into PNG where poppler is there. `npm run report:samples -- FOLDER` says where (default: report-samples/).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'packages/haetae/bin/haetae.js');
const out = resolve(process.argv[2] ?? join(root, 'report-samples'));
const data = process.env.HAETAE_DATA;
const otrf = data === undefined ? [] : readdirSync(join(data, 'otrf/compound')).filter((name) => !name.startsWith('_'));
const SOURCES =
  data === undefined
    ? { demo: join(root, 'packages/haetae/content/samples') }
    : { seed: join(data, 'seed/sysmon-Logs.csv'), attack: join(data, 'otrf/compound', otrf[0]) };

const FACTS = {
  organisation: '(주)해태보안',
  author: '김담당',
  contact: 'soc@haetae.example',
  caseNumber: 'IR-2026-001',
  classification: '대외비',
  systems: [{ host: 'DESKTOP-GHQF7EL', address: '10.0.0.5', system: 'Windows 11', purpose: '업무용 PC' }],
  damage: '업무용 PC 1대에서 악성 명령이 실행되었습니다.',
  leak: { state: 'unknown', what: '외부 전송 로그를 확인하고 있습니다.' },
  actions: [
    { state: 'done', time: '2025-06-24T09:10', by: '김담당', what: '해당 PC를 네트워크에서 분리했습니다.' },
    { state: 'open', what: '메모리·디스크 이미지 분석' },
  ],
  prevention: ['PowerShell 스크립트 블록 로깅을 전사에 적용합니다.'],
};
const FORMS = [
  { name: 'ko', args: ['--lang', 'ko', '--template', 'analyst'] },
  { name: 'en', args: ['--lang', 'en', '--template', 'analyst'] },
  { name: 'both', args: ['--lang', 'both', '--template', 'executive'] },
  { name: 'kisa', args: ['--lang', 'ko', '--template', 'kisa'], kisa: true },
];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const again = mkdtempSync(join(tmpdir(), 'haetae-report-samples-'));
const facts = join(out, 'case.json');
writeFileSync(facts, JSON.stringify(FACTS, null, 2));
const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');
let failed = 0;

for (const [source, path] of Object.entries(SOURCES))
  for (const { name, args, kisa } of FORMS) {
    const file = `${source}-${name}.pdf`;
    const more = kisa
      ? [
          '--case',
          facts,
          '--record',
          join(out, `${source}.record.jsonl`),
          '--date',
          '2026-01-02T09:00',
          '--aware',
          '2026-01-01T09:30',
          '--aware-by',
          '홍길동 침해대응팀장',
        ]
      : [];
    const make = (folder) =>
      execFileSync(process.execPath, [bin, 'report', path, ...args, ...more, '-o', join(folder, file)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    make(out);
    make(again);
    const same = sha256(join(out, file)) === sha256(join(again, file));
    if (!same) failed++;
    const pages = pagesOf(join(out, file));
    console.log(
      `${file}: ${readFileSync(join(out, file)).length} bytes, ${pages}, ${same ? 'the same bytes twice' : 'OTHER BYTES THE SECOND TIME'}`,
    );
  }
rmSync(again, { recursive: true, force: true });
console.log(`in ${out}${existsSync(out) ? '' : ' (nothing)'}`);
process.exitCode = failed === 0 ? 0 : 1;

function pagesOf(pdf) {
  const run = spawnSync('pdftoppm', ['-r', '80', '-png', pdf, pdf.replace(/\.pdf$/, '')], { encoding: 'utf8' });
  if (run.error !== undefined) return 'no pictures (pdftoppm is missing: apt install poppler-utils)';
  const stem = pdf.slice(out.length + 1).replace(/\.pdf$/, '-');
  return `${readdirSync(out).filter((name) => name.startsWith(stem) && name.endsWith('.png')).length} pages as PNG`;
}
