/** What an office computer does all day: browsers, Office, Windows' own housekeeping. Nothing here is an attack. */
const S32 = 'C:\\Windows\\System32\\';
const CHROME = 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe';
const EDGE = 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe';
const OFFICE = 'C:\\Program Files\\Microsoft Office\\root\\Office16\\';
const HWP = 'C:\\Program Files (x86)\\Hnc\\Office 2022\\HOffice120\\Bin\\Hwp.exe';

/** Processes that ran before the log begins. */
export function desktopBasics(host, user, loggedOn) {
  const system = (name, command) => host.process({ image: `${S32}${name}`, command: command ?? `${S32}${name}` });
  const services = system('services.exe');
  const svchost = system('svchost.exe', `${S32}svchost.exe -k netsvcs -p -s Schedule`);
  svchost.parent = services;
  const dcom = system('svchost.exe', `${S32}svchost.exe -k DcomLaunch -p`);
  dcom.parent = services;
  const explorer = host.process({
    image: 'C:\\Windows\\explorer.exe',
    command: 'C:\\Windows\\Explorer.EXE',
    logon: user,
    ms: loggedOn,
  });
  const of = (image, command) => host.process({ image, command, logon: user, ms: loggedOn + 95_000, parent: explorer });
  return {
    ...{
      services,
      svchost,
      dcom,
      explorer,
      chrome: of(CHROME, `"${CHROME}"`),
      edge: of(EDGE, `"${EDGE}" --profile-directory=Default`),
    },
    outlook: of(`${OFFICE}OUTLOOK.EXE`, `"${OFFICE}OUTLOOK.EXE"`),
  };
}

const SITES = [
  ['www.example.com', '203.0.113.10'],
  ['mail.example.com', '203.0.113.25'],
  ['intranet.haetae.example', '10.20.30.5'],
  ['news.example.net', '203.0.113.80'],
  ['map.example.org', '203.0.113.91'],
  ['cdn.example.net', '203.0.113.82'],
];
const DOCUMENTS = [
  '3월 주간보고.hwp',
  '출장비 정산서.hwp',
  '설계변경 검토(안).hwp',
  '2026년 사업계획 v3.hwp',
  '회의록_0317.hwp',
];
const SHEETS = ['재고현황_3월.xlsx', '견적비교표.xlsx', '예산집행 현황.xlsx'];

/** Each makes one piece of everyday life at a time, on a desktop's Sysmon. */
const HABITS = [
  [
    9,
    (s, ms, { chrome }, r) =>
      s.start(
        ms,
        {
          image: CHROME,
          command: `"${CHROME}" --type=renderer --lang=ko --renderer-client-id=${r.int(20, 900)}`,
          logon: chrome.logon,
          parent: chrome,
          integrity: 'Low',
        },
        r.int(20, 900),
      ),
  ],
  [
    4,
    (s, ms, { edge }, r) =>
      s.start(
        ms,
        {
          image: EDGE,
          command: `"${EDGE}" --type=utility --lang=ko --service-sandbox-type=none`,
          logon: edge.logon,
          parent: edge,
        },
        r.int(10, 400),
      ),
  ],
  [
    6,
    (s, ms, { chrome }, r) => {
      const [name, ip] = r.pick(SITES);
      s.query(ms, chrome, name, ip);
      s.connect(ms + 45, chrome, ip, 443, { name, service: 'https' });
    },
  ],
  [
    2,
    (s, ms, { outlook }) => {
      s.query(ms, outlook, 'mail.example.com', '203.0.113.25');
      s.connect(ms + 30, outlook, '203.0.113.25', 443, { name: 'mail.example.com', service: 'https' });
    },
  ],
  [
    3,
    (s, ms, { explorer }, r) => {
      const name = r.pick(DOCUMENTS);
      const path = `${explorer.cwd}Documents\\${name}`;
      const hwp = s.start(
        ms,
        { image: HWP, command: `"${HWP}" "${path}"`, logon: explorer.logon, parent: explorer },
        r.int(120, 1500),
      );
      s.file(ms + 4200, hwp, `${explorer.cwd}AppData\\Local\\Temp\\~${name}.tmp`);
      s.registry(ms + 5100, hwp, `HKU\\${explorer.logon.sid}\\Software\\HNC\\Hwp\\12.0\\RecentFile\\file0`, path);
    },
  ],
  [
    2,
    (s, ms, { explorer }, r) => {
      const path = `${explorer.cwd}Desktop\\${r.pick(SHEETS)}`;
      const excel = s.start(
        ms,
        {
          image: `${OFFICE}EXCEL.EXE`,
          command: `"${OFFICE}EXCEL.EXE" "${path}"`,
          logon: explorer.logon,
          parent: explorer,
        },
        r.int(200, 1800),
      );
      s.file(ms + 3000, excel, `${explorer.cwd}Desktop\\~$${path.slice(path.lastIndexOf('\\') + 1)}`);
    },
  ],
  [
    4,
    (s, ms, { dcom }, r) =>
      s.start(
        ms,
        {
          image: `${S32}RuntimeBroker.exe`,
          command: `${S32}RuntimeBroker.exe -Embedding`,
          logon: r.user,
          parent: dcom,
        },
        r.int(30, 300),
      ),
  ],
  [
    3,
    (s, ms, { dcom }, r) =>
      s.start(
        ms,
        {
          image: `${S32}dllhost.exe`,
          command: `${S32}DllHost.exe /Processid:{AB8902B4-09CA-4BB6-B78D-A8F59079A8D5}`,
          logon: r.user,
          parent: dcom,
        },
        r.int(5, 30),
      ),
  ],
  [
    4,
    (s, ms, { services }, r) =>
      s.start(
        ms,
        {
          image: `${S32}svchost.exe`,
          command: `${S32}svchost.exe -k netsvcs -p -s ${r.pick(['wlidsvc', 'UsoSvc', 'BITS', 'wuauserv', 'lfsvc'])}`,
          parent: services,
        },
        r.int(60, 600),
      ),
  ],
  [
    3,
    (s, ms, { svchost }, r) =>
      s.start(ms, { image: `${S32}taskhostw.exe`, command: 'taskhostw.exe', parent: svchost }, r.int(5, 90)),
  ],
  [
    2,
    (s, ms, { dcom }, r) =>
      s.start(
        ms,
        {
          image: `${S32}backgroundTaskHost.exe`,
          command: `"${S32}backgroundTaskHost.exe" -ServerName:CortanaUI.AppX8z9r6jm96hw4bsbneegw0kyxx296wr9t.mca`,
          logon: r.user,
          parent: dcom,
          integrity: 'Low',
        },
        r.int(3, 15),
      ),
  ],
  [
    2,
    (s, ms, { dcom }, r) =>
      s.start(
        ms,
        { image: `${S32}smartscreen.exe`, command: `${S32}smartscreen.exe -Embedding`, logon: r.user, parent: dcom },
        r.int(30, 200),
      ),
  ],
  [1, (s, ms, { services }, r) => s.start(ms, { image: `${S32}sppsvc.exe`, parent: services }, r.int(30, 60))],
  [
    2,
    (s, ms, { explorer }, r) =>
      s.start(
        ms,
        {
          image: `${S32}notepad.exe`,
          command: `"${S32}notepad.exe" ${explorer.cwd}Desktop\\메모.txt`,
          logon: explorer.logon,
          parent: explorer,
        },
        r.int(15, 300),
      ),
  ],
];
const DECK = HABITS.flatMap(([weight, habit]) => new Array(weight).fill(habit));

/** `count` pieces of everyday life between two times. */
export function everyday(sysmon, basics, user, { from, to, count }) {
  const { random } = sysmon.host;
  const r = { int: random.int, pick: random.pick, user };
  for (let i = 0; i < count; i++) random.pick(DECK)(sysmon, random.int(from, to), basics, r);
}
