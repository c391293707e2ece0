/** What people do at their desks: documents, mail, the web with its banking plug-ins, code. Each call is one piece of it. */
import type { Machine } from '../telemetry/machine.ts';
import type { Chance } from '../telemetry/random.ts';
import { DOCUMENTS, PDFS, SHEETS, SITES } from './world.ts';

export type Habit = (machine: Machine, ms: number, chance: Chance) => void;

const OFFICE16 = 'C:\\Program Files\\Microsoft Office\\root\\Office16\\';
const HWP = 'C:\\Program Files (x86)\\Hnc\\Office 2022\\HOffice120\\Bin\\Hwp.exe';
const HNC_UPDATE = 'C:\\Program Files (x86)\\Hnc\\HncUtils\\Update\\HncUpdate.exe';
const ACROBAT = 'C:\\Program Files\\Adobe\\Acrobat DC\\Acrobat\\Acrobat.exe';
const BANDIZIP = 'C:\\Program Files\\Bandizip\\Bandizip.exe';
const S32 = 'C:\\Windows\\System32\\';
const minutes = (chance: Chance, from: number, to: number): number => 60_000 * (from + chance.next() * (to - from));

const renderer: Habit = (machine, ms, chance) => {
  const browser = machine.resident(chance.next() < 0.65 ? 'chrome' : 'edge');
  const type = chance.common([
    'renderer --lang=ko',
    'utility --utility-sub-type=network.mojom.NetworkService --lang=ko',
    'gpu-process',
  ]);
  const command = `"${browser.image}" --type=${type} --field-trial-handle=${chance.int(1000, 9999)},i,${chance.hex(16)} --renderer-client-id=${chance.int(4, 900)}`;
  machine.start(ms, { image: browser.image, command, parent: browser, integrity: 'Low' }, minutes(chance, 0.3, 40));
};

const web: Habit = (machine, ms, chance) => {
  const browser = machine.resident(chance.next() < 0.65 ? 'chrome' : 'edge');
  const count = chance.int(1, 5);
  for (let i = 0; i < count; i++) {
    const [name, ip] = chance.common(SITES);
    machine.sysmon.query(ms + 90 * i, browser, name, `::ffff:${ip};`);
    machine.connect(ms + 90 * i + 30, browser, { ip, port: 443, name, service: 'https' });
  }
};

const download: Habit = (machine, ms, chance) => {
  const browser = machine.resident('chrome');
  const path = `C:\\Users\\${machine.user.user}\\Downloads\\${chance.common([...PDFS, ...SHEETS, ...DOCUMENTS])}`;
  const [name] = chance.common(SITES);
  machine.sysmon.file(ms, browser, path);
  machine.sysmon.stream(
    ms + 50,
    browser,
    `${path}:Zone.Identifier`,
    `[ZoneTransfer]  ZoneId=3  HostUrl=https://${name}/ `,
  );
};

const document: Habit = (machine, ms, chance) => {
  const parent = machine.resident('explorer');
  const home = `C:\\Users\\${machine.user.user}\\`;
  const [image, name] = chance.common([
    [HWP, chance.common(DOCUMENTS)],
    [`${OFFICE16}EXCEL.EXE`, chance.common(SHEETS)],
    [ACROBAT, chance.common(PDFS)],
    [`${OFFICE16}WINWORD.EXE`, '제안서_초안.docx'],
    [`${OFFICE16}POWERPNT.EXE`, '월간보고_발표.pptx'],
    [`${S32}notepad.exe`, '메모.txt'],
  ] as const);
  const path = `${home}${chance.pick(['Documents', 'Desktop', 'Downloads'])}\\${name}`;
  const reader = machine.start(ms, { image, command: `"${image}" "${path}"`, parent }, minutes(chance, 1, 50));
  machine.sysmon.file(ms + 1400, reader, `${home}AppData\\Roaming\\Microsoft\\Windows\\Recent\\${name}.lnk`);
  if (image === HWP) {
    const key = `HKU\\${machine.user.sid}\\Software\\HNC\\Hwp\\12.0\\RecentFile\\file0`;
    machine.sysmon.file(ms + 2100, reader, `${home}AppData\\Local\\Temp\\Hnc\\BinData\\BIN${chance.hex(4)}.tmp`);
    machine.sysmon.registryValue(ms + 2600, reader, key, path);
  } else machine.sysmon.file(ms + 2300, reader, path.replace(/([^\\]+)$/, '~$$$1'));
};

const mail: Habit = (machine, ms, chance) => {
  const outlook = machine.resident('outlook');
  machine.sysmon.query(ms, outlook, 'mail.haetae.example', '::ffff:10.20.30.6;');
  machine.connect(ms + 25, outlook, { ip: '10.20.30.6', port: 443, name: 'mail.haetae.example', service: 'https' });
  if (chance.next() < 0.3)
    machine.sysmon.file(
      ms + 900,
      outlook,
      `C:\\Users\\${machine.user.user}\\AppData\\Local\\Microsoft\\Outlook\\RoamCache\\Stream_${chance.hex(8)}.dat`,
    );
};

const messenger: Habit = (machine, ms, chance) => {
  const talk = machine.resident('kakaotalk');
  machine.connect(ms, talk, { ip: '203.0.113.40', port: 443, name: 'talk.example.com', service: 'https' });
  if (chance.next() < 0.15)
    machine.sysmon.file(
      ms + 400,
      talk,
      `C:\\Users\\${machine.user.user}\\Documents\\카카오톡 받은 파일\\${chance.common([...PDFS, ...SHEETS])}`,
    );
};

/** Signing in at a bank: the browser wakes the plug-ins, which listen on the loopback. */
const banking: Habit = (machine, ms, chance) => {
  const browser = machine.resident('chrome');
  machine.sysmon.query(ms, browser, 'bank.example.com', '::ffff:203.0.113.60;');
  machine.connect(ms + 60, browser, { ip: '203.0.113.60', port: 443, name: 'bank.example.com', service: 'https' });
  for (const [i, name] of (['crossex', 'touchen', 'nos', 'magicline', 'veraport'] as const).entries()) {
    const plugin = machine.residents.get(name);
    if (plugin === undefined) continue;
    machine.connect(ms + 400 + 90 * i, plugin, { ip: '127.0.0.1', port: 34_581 + i, incoming: true });
    const logs = plugin.image.slice(0, plugin.image.lastIndexOf('\\'));
    if (chance.next() < 0.5)
      machine.sysmon.file(ms + 800 + 90 * i, plugin, `${logs}\\log\\${new Date(ms).toISOString().slice(0, 10)}.log`);
  }
  const helper = machine.resident('crossex');
  const image = helper.image.replace('Svc.exe', '.exe');
  machine.start(
    ms + 1500,
    { image, command: `"${image}" -bridge`, parent: helper, logon: machine.user },
    minutes(chance, 2, 15),
  );
};

const archive: Habit = (machine, ms, chance) => {
  const home = `C:\\Users\\${machine.user.user}\\Downloads\\`;
  const name = chance.common(['첨부파일', '도면_수정본', '사진자료', 'invoice_2026']);
  const zip = machine.start(
    ms,
    {
      image: BANDIZIP,
      command: `"${BANDIZIP}" x -target:auto "${home}${name}.zip"`,
      parent: machine.resident('explorer'),
    },
    6000,
  );
  machine.sysmon.file(ms + 700, zip, `${home}${name}\\${chance.common([...SHEETS, ...PDFS])}`);
};

const officeUpdate: Habit = (machine, ms) => {
  const updater = machine.start(
    ms,
    { image: HNC_UPDATE, command: `"${HNC_UPDATE}" /auto`, parent: machine.resident('explorer') },
    20_000,
  );
  machine.sysmon.query(ms + 300, updater, 'hncupdate.example.com', '::ffff:203.0.113.70;');
  machine.connect(ms + 350, updater, {
    ip: '203.0.113.70',
    port: 443,
    name: 'hncupdate.example.com',
    service: 'https',
  });
  machine.sysmon.file(ms + 2000, updater, 'C:\\ProgramData\\Hnc\\Update\\hnc_patch_list.xml');
};

const browserUpdate: Habit = (machine, ms) => {
  const image = 'C:\\Program Files (x86)\\Google\\Update\\GoogleUpdate.exe';
  const parent = machine.resident('schedule');
  const updater = machine.start(ms, { image, command: `"${image}" /ua /installsource scheduler`, parent }, 15_000);
  machine.connect(ms + 500, updater, { ip: '203.0.113.30', port: 443, name: 'update.example.net', service: 'https' });
  machine.start(ms + 600, { image, command: `"${image}" /cr`, parent: updater }, 8000);
};

const share: Habit = (machine, ms) => {
  const system = machine.resident('system');
  machine.connect(ms, system, {
    ip: '10.20.30.10',
    port: 445,
    name: 'srv-file01.haetae.example',
    service: 'microsoft-ds',
  });
};

const unlock: Habit = (machine, ms) => {
  machine.security.loggedOn(ms, machine.user, 7);
};

const clipboard: Habit = (machine, ms) => machine.sysmon.clipboard(ms, machine.resident('explorer'), machine.name);

const shell: Habit = (machine, ms, chance) => {
  const code = machine.resident(chance.next() < 0.7 ? 'code' : 'idea');
  const home = `C:\\Users\\${machine.user.user}\\source\\repos\\portal`;
  const [image, command] = chance.common([
    [
      'C:\\Program Files\\Git\\cmd\\git.exe',
      chance.common([
        'git.exe status -z -uall',
        'git.exe fetch',
        'git.exe for-each-ref --sort -committerdate',
        'git.exe pull --tags origin main',
        'git.exe commit --quiet --allow-empty-message --file -',
      ]),
    ],
    [
      'C:\\Program Files\\nodejs\\node.exe',
      chance.common([
        '"C:\\Program Files\\nodejs\\node.exe" node_modules\\typescript\\lib\\tsserver.js --locale ko',
        'node.exe  "C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js" run build',
        'node  node_modules\\vite\\bin\\vite.js build',
      ]),
    ],
    [
      `${S32}cmd.exe`,
      chance.common([
        'cmd.exe /d /s /c "npm run test"',
        'C:\\Windows\\System32\\cmd.exe /d /c gradlew.bat build',
        'cmd.exe /c "where git"',
      ]),
    ],
    [
      'C:\\Program Files\\Eclipse Adoptium\\jdk-17.0.14.7-hotspot\\bin\\java.exe',
      '"java.exe" -Xmx1g -classpath gradle-wrapper.jar org.gradle.wrapper.GradleWrapperMain build',
    ],
    [
      `C:\\Users\\${machine.user.user}\\AppData\\Local\\Programs\\Python\\Python312\\python.exe`,
      'python.exe -m pytest -q tests',
    ],
  ] as const);
  const process = machine.start(ms, { image, command, parent: code, cwd: `${home}\\` }, minutes(chance, 0.01, 1.2));
  const child =
    chance.next() < 0.4
      ? machine.start(
          ms + 30,
          { image: `${S32}conhost.exe`, command: `\\??\\${S32}conhost.exe 0xffffffff -ForceV1`, parent: process },
          9000,
        )
      : undefined;
  if (child === undefined) machine.sysmon.file(ms + 500, process, `${home}\\dist\\assets\\index-${chance.hex(8)}.js`);
};

const terminal: Habit = (machine, ms, chance) => {
  const image = `${S32}WindowsPowerShell\\v1.0\\powershell.exe`;
  const process = machine.start(
    ms,
    { image, command: `"${image}"`, parent: machine.resident('explorer') },
    minutes(chance, 3, 60),
  );
  const line = chance.common([
    'Get-ChildItem -Recurse src | Measure-Object',
    'docker compose ps',
    'Get-Content .\\build.log -Tail 50',
    'Test-NetConnection intranet.haetae.example -Port 443',
    '(Get-Item .\\dist\\app.js).Length / 1KB',
  ]);
  machine.channels.script(ms + 4000, process, line, '', false);
  machine.channels.script(ms + 4100, process, 'prompt', '', false);
};

export const OFFICE: readonly (readonly [weight: number, habit: Habit])[] = [
  ...([
    [20, renderer],
    [26, web],
    [10, mail],
    [10, messenger],
    [9, document],
    [4, share],
    [3, download],
    [2, unlock],
  ] as const),
  ...([
    [1, clipboard],
    [0.8, banking],
    [0.8, archive],
    [0.4, officeUpdate],
    [0.4, browserUpdate],
  ] as const),
];
export const DEVELOPER: readonly (readonly [weight: number, habit: Habit])[] = [
  ...([
    [16, renderer],
    [18, web],
    [24, shell],
    [5, mail],
    [5, messenger],
    [3, document],
    [3, share],
    [2, terminal],
  ] as const),
  ...([
    [2, download],
    [2, unlock],
    [0.4, browserUpdate],
    [0.2, officeUpdate],
  ] as const),
];
