/**
 * The hot path of the background: what machines do all day without anybody's doing. One call writes one to a few dozen events, and nearly
 * all events of a log are written here, so what can be chosen once for a host is chosen in the constructor.
 */
import type { Process } from '../telemetry/host.ts';
import type { Machine } from '../telemetry/machine.ts';
import { Chance, seedOf } from '../telemetry/random.ts';
import { DLLS, KEYS, TEMPORARY, UPDATES } from './world.ts';

const S32 = 'C:\\Windows\\System32\\';
const TALKERS = [
  'dnscache',
  'update',
  'assets',
  'patch',
  'defender',
  'iis',
  'sql',
  'dns',
  'dfsr',
  'bits',
  'backup',
  'adws',
  'cryptsvc',
];
/** They write no temporary files. */
const SILENT = /\\(lsass|csrss|smss|wininit|winlogon|services)\.exe$/i;
const WINDOWS_DLL = [
  '10.0.19041.4239 (WinBuild.160101.0800)',
  '-',
  'Microsoft® Windows® Operating System',
  'Microsoft Corporation',
  '-',
];
const TRACE = [
  'C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|C:\\Windows\\System32\\sysmain.dll+1e7a2',
  'C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|c:\\windows\\system32\\lsm.dll+10e95|C:\\Windows\\System32\\RPCRT4.dll+76a13',
  'C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|C:\\Windows\\System32\\wbem\\cimwin32.dll+1bf21|C:\\Windows\\System32\\framedynos.dll+8f1c',
  'C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|C:\\Windows\\System32\\psmserviceexthost.dll+222a3',
];

export class Noise {
  readonly #machine: Machine;
  readonly #chance: Chance;
  readonly #running: readonly Process[];
  readonly #writers: readonly Process[];
  /** Those that have something to do with the network. */
  readonly #talkers: readonly Process[];
  /** Libraries of each program, the same on every host. */
  readonly #libraries = new Map<string, readonly string[]>();
  readonly #pairs: readonly (readonly [Process, Process, number, string])[];
  readonly #keys: readonly (readonly [Process, string, string])[];
  /** Cumulative weights of the habits. */
  readonly #habits: readonly (readonly [number, (ms: number) => void])[];
  readonly #total: number;

  constructor(machine: Machine, chance: Chance) {
    this.#machine = machine;
    this.#chance = chance;
    this.#running = [...machine.residents.values()].filter(({ pid }) => pid !== 4);
    this.#talkers = TALKERS.flatMap((name) => machine.residents.get(name) ?? []);
    this.#writers = this.#running.filter(({ image }) => !SILENT.test(image));
    for (const { image } of this.#running) {
      const rotated = new Chance(seedOf(3, image)).int(0, DLLS.length - 1);
      const own = image.startsWith(S32)
        ? []
        : [`${image.slice(0, image.lastIndexOf('\\') + 1)}${baseOf(image)}core.dll`];
      const system = [...DLLS.slice(rotated), ...DLLS.slice(0, rotated)]
        .slice(0, 28)
        .map((name) => `${S32}${name}.dll`);
      this.#libraries.set(image, [...system.slice(0, 6), ...own, ...system.slice(6)]);
    }
    this.#pairs = this.#accesses();
    this.#keys = KEYS.flatMap(([by, key, value]) => {
      const process = machine.residents.get(by);
      return process === undefined ? [] : [[process, key.replace('%SID%', machine.user.sid), value] as const];
    });
    let total = 0;
    this.#habits = this.#weights().map(([weight, habit]) => {
      total += weight;
      return [total, habit] as const;
    });
    this.#total = total;
  }

  /** One piece of it. */
  once(ms: number): void {
    const at = this.#chance.next() * this.#total;
    for (const [upTo, habit] of this.#habits) {
      if (at >= upTo) continue;
      habit(ms);
      return;
    }
  }

  #weights(): [number, (ms: number) => void][] {
    const { audited } = this.#machine;
    return [
      [30, (ms) => this.#access(ms)],
      [13, (ms) => this.#registry(ms)],
      [5, (ms) => this.#libraries_(ms)],
      [5, (ms) => this.#files(ms)],
      [2.2, (ms) => this.#child(ms)],
      [3, (ms) => this.#update(ms)],
      [0.4, (ms) => this.#rawRead(ms)],
      [0.5, (ms) => this.#pipes(ms)],
      [0.6, (ms) => this.#wmi(ms)],
      [0.35, (ms) => this.#serviceLogon(ms)],
      [audited ? 5 : 0.7, (ms) => this.#handles(ms)],
      [audited ? 4 : 0, (ms) => this.#filtering(ms)],
      [0.8, (ms) => this.#privileges(ms)],
      [0.1, (ms) => this.#task(ms)],
    ];
  }

  #accesses(): [Process, Process, number, string][] {
    const { residents } = this.#machine;
    const chance = new Chance(seedOf(5, this.#machine.role));
    const sources = [
      'sysmain',
      'dcom',
      'wmiprvse',
      'rpcss',
      'assets',
      'defender',
      'explorer',
      'csrss',
      'v3',
      'schedule',
      'services',
    ];
    const rights: Readonly<Record<string, number>> = {
      wmiprvse: 0x1400,
      defender: 0x101000,
      csrss: 0x1fffff,
      services: 0x1000,
      assets: 0x1000,
    };
    const pairs: [Process, Process, number, string][] = [];
    for (const name of sources) {
      const source = residents.get(name);
      if (source === undefined) continue;
      for (const target of this.#running) {
        if (
          target === source ||
          (target.image.endsWith('lsass.exe') && !['csrss', 'wmiprvse', 'defender'].includes(name))
        )
          continue;
        if (chance.next() < 0.75)
          pairs.push([
            source,
            target,
            target.image.endsWith('lsass.exe') ? 0x1000 : (rights[name] ?? 0x1000),
            chance.pick(TRACE),
          ]);
      }
    }
    return pairs;
  }

  #access(ms: number): void {
    const count = this.#chance.int(1, 4);
    for (let i = 0; i < count; i++) {
      const [source, target, rights, trace] = this.#chance.common(this.#pairs);
      this.#machine.sysmon.access(ms + 7 * i, source, target, rights, trace);
    }
  }

  #registry(ms: number): void {
    const { sysmon } = this.#machine;
    const [process, key, value] = this.#chance.pick(this.#keys);
    const count = this.#chance.int(1, 4);
    for (let i = 0; i < count; i++) {
      const below = value === '' || this.#chance.next() < 0.3 ? `${key}\\${this.#chance.hex(8).toUpperCase()}` : key;
      if (value === '' || this.#chance.next() < 0.62)
        sysmon.registryKey(
          ms + 3 * i,
          process,
          process.logon === this.#machine.user || this.#chance.next() < 0.85 ? 'CreateKey' : 'DeleteValue',
          below,
        );
      else
        sysmon.registryValue(
          ms + 3 * i,
          process,
          `${below}\\${value}`,
          this.#chance.next() < 0.5 ? `DWORD (0x${this.#chance.hex(8)})` : 'Binary Data',
        );
    }
  }

  #libraries_(ms: number): void {
    this.#load(ms, this.#chance.common(this.#running), this.#chance.int(2, 9));
  }

  #load(ms: number, process: Process, count: number, of = process.image): void {
    const libraries = this.#libraries.get(of) ?? this.#libraries.get(this.#running[0]!.image)!;
    const from = this.#chance.int(0, libraries.length - 1);
    for (let i = 0; i < count; i++) {
      const path = libraries[(from + i) % libraries.length]!;
      const windows = path.startsWith(S32);
      this.#machine.sysmon.load(
        ms + 4 * i,
        process,
        path,
        windows ? 'Microsoft Windows' : process.resource[3],
        windows ? WINDOWS_DLL : process.resource,
      );
    }
  }

  #files(ms: number): void {
    const { sysmon } = this.#machine;
    const process = this.#chance.common(this.#writers);
    const own = process.logon.session === 0 ? 'C:\\Windows\\Temp\\' : `${process.cwd}AppData\\Local\\Temp\\`;
    const path = `${own}${baseOf(process.image)}-${this.#chance.hex(6)}.${this.#chance.pick(TEMPORARY)}`;
    sysmon.file(ms, process, path);
    if (this.#chance.next() < 0.3)
      sysmon.remove(ms + this.#chance.int(200, 9000), process, path, this.#chance.next() < 0.8, false);
    if (this.#chance.next() < 0.03)
      sysmon.fileTime(ms + 30, process, path, '2026-02-11 03:12:44.102', '2026-03-02 05:44:10.377');
  }

  /** Services' own children: as OTRF's hosts have them, most from svchost. */
  #child(ms: number): void {
    const { machine, chance } = { machine: this.#machine, chance: this.#chance };
    const of = (name: string): Process => machine.resident(name);
    const user = chance.next() < 0.4 ? machine.user : machine.host.system;
    const [parent, image, command, seconds, logon] = chance.common([
      [
        'services',
        `${S32}svchost.exe`,
        `${S32}svchost.exe -k netsvcs -p -s ${chance.common(['wlidsvc', 'UsoSvc', 'BITS', 'wuauserv', 'lfsvc', 'Appinfo'])}`,
        400,
        machine.host.system,
      ],
      ['dcom', `${S32}wbem\\WmiPrvSE.exe`, `${S32}wbem\\wmiprvse.exe -secured -Embedding`, 90, machine.host.system],
      ['dcom', `${S32}RuntimeBroker.exe`, `${S32}RuntimeBroker.exe -Embedding`, 200, machine.user],
      [
        'schedule',
        `${S32}taskhostw.exe`,
        chance.common(['taskhostw.exe', 'taskhostw.exe Install $(Arg0)', 'taskhostw.exe SYSTEM']),
        60,
        user,
      ],
      [
        'dcom',
        `${S32}dllhost.exe`,
        `${S32}DllHost.exe /Processid:{${chance.common(['AB8902B4-09CA-4BB6-B78D-A8F59079A8D5', '973D20D7-562D-44B9-B70B-5A0F49CCDF3F', '3EB3C877-1F16-487C-9050-104DBCD66683'])}}`,
        15,
        machine.user,
      ],
      [
        'dcom',
        `${S32}backgroundTaskHost.exe`,
        `"${S32}backgroundTaskHost.exe" -ServerName:CortanaUI.AppX8z9r6jm96hw4bsbneegw0kyxx296wr9t.mca`,
        9,
        machine.user,
      ],
      ['dcom', `${S32}smartscreen.exe`, `${S32}smartscreen.exe -Embedding`, 90, machine.user],
      ['services', `${S32}sppsvc.exe`, `${S32}sppsvc.exe`, 45, machine.host.system],
      ['schedule', `${S32}UsoClient.exe`, `${S32}UsoClient.exe StartScan`, 4, machine.host.system],
      ['dcom', `${S32}MoUsoCoreWorker.exe`, `${S32}mousocoreworker.exe -Embedding`, 300, machine.host.system],
      ['schedule', `${S32}gpupdate.exe`, `${S32}gpupdate.exe /target:computer`, 6, machine.host.system],
      [
        'services',
        'C:\\Windows\\servicing\\TrustedInstaller.exe',
        'C:\\Windows\\servicing\\TrustedInstaller.exe',
        200,
        machine.host.system,
      ],
      [
        'assets',
        'C:\\Program Files\\Haneul IT\\AssetKeeper\\akscan.exe',
        '"C:\\Program Files\\Haneul IT\\AssetKeeper\\akscan.exe" /quick /report',
        25,
        machine.host.system,
      ],
    ] as const);
    const child = machine.start(
      ms,
      { image, command, parent: of(parent), logon },
      1000 * seconds * (0.3 + chance.next()),
    );
    if (chance.next() < 0.6)
      this.#load(ms + 20, child, chance.int(4, 14), this.#running[image.length % this.#running.length]!.image);
  }

  #update(ms: number): void {
    const [name, ip] = this.#chance.common(UPDATES);
    const process = this.#machine.resident(
      this.#chance.pick(['update', 'assets', 'patch', 'defender', 'bits', 'cryptsvc']),
    );
    if (this.#chance.next() < 0.6) this.#machine.sysmon.query(ms, process, name, `::ffff:${ip};`);
    this.#machine.connect(ms + 40, process, { ip, port: 443, name, service: 'https' });
  }

  #rawRead(ms: number): void {
    this.#machine.sysmon.rawRead(ms, this.#machine.resident('sysmain'), '\\Device\\HarddiskVolume3');
  }

  #pipes(ms: number): void {
    const process = this.#chance.common(this.#running);
    const name = this.#chance.common([
      '\\wkssvc',
      '\\srvsvc',
      '\\lsass',
      '\\ntsvcs',
      '\\spoolss',
      '\\W32TIME_ALT',
      `\\crashpad_${process.pid}_${this.#chance.hex(8)}`,
    ]);
    this.#machine.sysmon.pipe(ms, process, name, this.#chance.next() < 0.8);
  }

  #wmi(ms: number): void {
    const process = this.#machine.resident('wmiprvse');
    const provider = this.#chance.common([
      'CIMWin32',
      'WmiPerfClass',
      'RegProv',
      'Msft_ProviderSubSystem',
      'NetAdapterCim',
    ]);
    this.#machine.channels.wmiProvider(
      ms,
      process,
      provider,
      `%systemroot%\\system32\\wbem\\${provider.toLowerCase()}.dll`,
    );
  }

  #serviceLogon(ms: number): void {
    this.#machine.security.loggedOn(ms, this.#machine.host.system, 5);
  }

  #handles(ms: number): void {
    const { security } = this.#machine;
    const process = this.#chance.common(this.#running);
    const [type, object] = this.#chance.common([
      ['File', 'C:\\Windows\\System32\\config\\TxR'],
      ['Key', '\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\Tcpip\\Parameters'],
      ['Process', '\\Device\\HarddiskVolume3\\Windows\\System32\\svchost.exe'],
      ['File', 'C:\\ProgramData\\Microsoft\\Windows\\AppRepository'],
    ] as const);
    if (this.#chance.next() < 0.35) security.handleDuplicated(ms, process);
    const handle = security.handleRequested(ms, process, type, object, 0x20019, '%%1538\n\t\t\t\t%%4432\n\t\t\t\t');
    if (type === 'File') security.opened(ms + 1, process, object, 0x1, '%%4416\n\t\t\t\t');
    security.handleClosed(ms + 2, process, handle);
  }

  #filtering(ms: number): void {
    const process = this.#chance.common(this.#talkers);
    const port = this.#chance.int(49_700, 65_400);
    this.#machine.security.bound(ms, process, port);
    if (this.#chance.next() < 0.75)
      this.#machine.security.connected(ms + 1, process, port, this.#chance.pick(UPDATES)[1], 443, false);
  }

  #privileges(ms: number): void {
    const process = this.#chance.common(this.#running);
    this.#machine.security.privileges(
      ms,
      process,
      this.#chance.common(['SeSecurityPrivilege', 'SeTakeOwnershipPrivilege', 'SeBackupPrivilege']),
    );
  }

  #task(ms: number): void {
    const process = this.#machine.resident('schedule');
    const name = this.#chance.common([
      ...[
        '\\Microsoft\\Windows\\UpdateOrchestrator\\Schedule Scan',
        '\\Microsoft\\Windows\\Flighting\\OneSettings\\RefreshCache',
      ],
      ...['\\GoogleUpdateTaskMachineUA', '\\MicrosoftEdgeUpdateTaskMachineCore', '\\Haneul IT\\AssetKeeper Inventory'],
    ]);
    this.#machine.channels.taskRun(ms, name, process, this.#chance.int(900, 40_000));
  }
}

const baseOf = (image: string): string => image.slice(image.lastIndexOf('\\') + 1).replace(/\.[^.]*$/, '');
