import { ACTION_NAMES, type ActionName, DEFAULT_MINUTES, MOST_MINUTES } from '@haetae/agent/protocol';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { technique } from '../../attack/index.ts';
import type { Level } from '../../incident/index.ts';
import { ACTIONS } from '../registry.ts';
import { plannedBy } from './match.ts';
import type {
  Approval,
  Playbook,
  PlaybookFault,
  PlaybookProblem,
  PlaybookStep,
  PlaybookTest,
  Trigger,
} from './playbook.ts';

export interface PlaybookFile {
  readonly path: string;
  readonly text: string;
}

export interface PlaybookBook {
  /** Without errors of their own; those of others do not concern them. */
  readonly playbooks: readonly Playbook[];
  readonly problems: readonly PlaybookProblem[];
}

const LEVELS: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MOST_BYTES = 256 * 1024;

/** Reads playbooks, one a file, and all that is wrong with them. One with an error is not among them: a misspelt limit would be without effect. */
export function readPlaybooks(files: readonly PlaybookFile[]): PlaybookBook {
  const playbooks: Playbook[] = [];
  const problems: PlaybookProblem[] = [];
  const ids = new Map<string, string>();
  for (const file of files) {
    const reader = new Reader(file);
    const playbook = reader.read();
    if (playbook !== undefined && ids.has(playbook.id))
      reader.say('error', 'same-id', `${playbook.id}, ${ids.get(playbook.id)}`);
    problems.push(...reader.problems);
    if (playbook === undefined || reader.failed) continue;
    ids.set(playbook.id, file.path);
    playbooks.push(playbook);
  }
  return { playbooks, problems };
}

/** One file: every member is asked for by name, and what nobody asked for is a problem. */
class Reader {
  readonly problems: PlaybookProblem[] = [];
  readonly #file: PlaybookFile;
  readonly #lines = new LineCounter();

  constructor(file: PlaybookFile) {
    this.#file = file;
  }

  get failed(): boolean {
    return this.problems.some(({ severity }) => severity === 'error');
  }

  say(severity: PlaybookProblem['severity'], code: PlaybookFault, about: string, node?: Node | null): void {
    const { line, col } = this.#lines.linePos(node?.range?.[0] ?? 0);
    this.problems.push({
      severity,
      file: this.#file.path,
      line: Math.max(1, line),
      column: Math.max(1, col),
      code,
      about,
    });
  }

  read(): Playbook | undefined {
    const { path, text } = this.#file;
    if (Buffer.byteLength(text) > MOST_BYTES) {
      this.say('error', 'not-within', `${MOST_BYTES} bytes`);
      return undefined;
    }
    const document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true, merge: false });
    for (const { message, pos } of document.errors) {
      const { line, col } = this.#lines.linePos(pos[0]);
      this.problems.push({
        severity: 'error',
        file: path,
        line,
        column: col,
        code: 'yaml',
        about: message.split('\n')[0]!,
      });
    }
    if (this.failed) return undefined;
    const root = document.contents;
    const map = this.#map(root, '', [
      'id',
      'title',
      'title_ko',
      'description',
      'when',
      'do',
      'approval',
      'limits',
      'tests',
    ]);
    if (map === undefined) return undefined;
    const id = this.#text(map, 'id');
    if (id !== '' && !UUID.test(id)) this.say('error', 'no-uuid', id, node(map, 'id'));
    const steps = this.#list(map, 'do', true).flatMap((one) => this.#step(one) ?? []);
    const approval = this.#oneOf(map, 'approval', ['none', 'one', 'two'] as const, 'two');
    const playbook: Playbook = {
      id,
      title: this.#text(map, 'title'),
      titleKo: this.#text(map, 'title_ko'),
      file: path,
      line: 1,
      when: this.#trigger(map),
      do: steps,
      approval,
      limits: this.#limits(map),
      tests: this.#list(map, 'tests', false).flatMap((one) => this.#test(one) ?? []),
    };
    if (map.has('description')) this.#text(map, 'description');
    this.#judge(playbook, map);
    return playbook;
  }

  /** What each member says may be right, and the whole still wrong. */
  #judge(playbook: Playbook, map: YAMLMap): void {
    if (this.failed) return;
    const needed = Math.max(...playbook.do.map(({ action }) => ACTIONS.get(action)!.persons));
    if (needed > PERSONS[playbook.approval]) {
      const gravest = playbook.do.filter(({ action }) => ACTIONS.get(action)!.persons === needed);
      this.say(
        'error',
        'needs-persons',
        `${gravest.map(({ action }) => action).join(', ')}: ${needed === 2 ? 'two' : 'one'}`,
        node(map, 'approval'),
      );
    }
    const { tests } = playbook;
    if (tests.length === 0) this.say('warning', 'no-tests', playbook.title, map);
    else if (!tests.some(({ expect }) => expect.length === 0))
      this.say('warning', 'no-negative', playbook.title, node(map, 'tests'));
    tests.forEach((test, i) => {
      const planned = plannedBy(playbook, test.given);
      if (planned.join() !== test.expect.join())
        this.say(
          'error',
          'test-fails',
          `${test.name}: [${planned.join(', ')}] ≠ [${test.expect.join(', ')}]`,
          this.#list(map, 'tests', false)[i],
        );
    });
  }

  #trigger(map: YAMLMap): Trigger {
    const when = this.#map(map.get('when', true), 'when', ['rules', 'techniques', 'level', 'risk', 'hosts', 'users']);
    if (when === undefined) return { rules: [], techniques: [], level: null, risk: null, hosts: [], users: [] };
    if (when.items.length === 0) this.say('error', 'no-trigger', 'when', when);
    const techniques = this.#texts(when, 'techniques').map((one) => one.toUpperCase());
    for (const id of techniques) {
      const known = technique(id);
      if (known === undefined) this.say('error', 'no-technique', id, node(when, 'techniques'));
    }
    return {
      rules: this.#texts(when, 'rules').map((one) => one.toLowerCase()),
      techniques,
      level: when.has('level') ? this.#oneOf(when, 'level', LEVELS, 'critical') : null,
      risk: when.has('risk') ? this.#number(when, 'risk', 0, 100, 100) : null,
      hosts: this.#texts(when, 'hosts'),
      users: this.#texts(when, 'users'),
    };
  }

  #step(one: unknown): PlaybookStep | undefined {
    const map = this.#map(one, 'do', ['action', 'on', 'minutes']);
    if (map === undefined) return undefined;
    const action = this.#text(map, 'action');
    if (action !== '' && !ACTION_NAMES.includes(action as ActionName))
      this.say('error', 'no-action', action, node(map, 'action'));
    return {
      action: action as ActionName,
      on: map.has('on') ? this.#oneOf(map, 'on', ['matched', 'incident'] as const, 'matched') : 'matched',
      minutes: map.has('minutes') ? this.#number(map, 'minutes', 1, MOST_MINUTES, DEFAULT_MINUTES) : DEFAULT_MINUTES,
    };
  }

  #limits(map: YAMLMap): Playbook['limits'] {
    const limits = this.#map(map.get('limits', true), 'limits', ['per_host_per_hour', 'per_hour']);
    if (limits === undefined) return { perHostHour: 0, perHour: 0 };
    return {
      perHostHour: this.#number(limits, 'per_host_per_hour', 1, 100, 1),
      perHour: this.#number(limits, 'per_hour', 1, 1000, 1),
    };
  }

  #test(one: unknown): PlaybookTest | undefined {
    const map = this.#map(one, 'tests', ['name', 'given', 'expect']);
    if (map === undefined) return undefined;
    const given = this.#map(map.get('given', true), 'given', ['risk', 'rule', 'techniques', 'level', 'host', 'user']);
    if (given === undefined) return undefined;
    const or = (name: string, otherwise: string): string => (given.has(name) ? this.#text(given, name) : otherwise);
    return {
      name: this.#text(map, 'name'),
      given: {
        risk: given.has('risk') ? this.#number(given, 'risk', 0, 100, 50) : 50,
        rule: or('rule', '').toLowerCase(),
        techniques: this.#texts(given, 'techniques').map((id) => id.toUpperCase()),
        level: given.has('level') ? this.#oneOf(given, 'level', LEVELS, 'medium') : 'medium',
        host: or('host', 'PC-1'),
        user: or('user', 'PC-1\\user'),
      },
      expect: this.#texts(map, 'expect'),
    };
  }

  #map(value: unknown, at: string, keys: readonly string[]): YAMLMap | undefined {
    if (!isMap(value)) {
      this.say(
        'error',
        value === undefined || value === null ? 'missing' : 'not-a-map',
        at,
        value as Node | null | undefined,
      );
      return undefined;
    }
    for (const { key } of value.items) {
      const name = isScalar(key) ? String(key.value) : '?';
      if (!keys.includes(name)) this.say('error', 'unknown-key', at === '' ? name : `${at}.${name}`, key as Node);
    }
    return value as YAMLMap;
  }

  #list(map: YAMLMap, name: string, needed: boolean): Node[] {
    const value = map.get(name, true) as Node | undefined;
    if (isSeq(value)) {
      if (needed && value.items.length === 0) this.say('error', 'missing', name, value);
      return value.items as Node[];
    }
    if (value !== undefined || needed)
      this.say('error', value === undefined ? 'missing' : 'wrong-type', name, value ?? map);
    return [];
  }

  #texts(map: YAMLMap, name: string): string[] {
    return this.#list(map, name, false).flatMap((one) => {
      if (isScalar(one) && typeof one.value === 'string' && one.value.trim() !== '') return [one.value.trim()];
      this.say('error', 'wrong-type', name, one);
      return [];
    });
  }

  #text(map: YAMLMap, name: string): string {
    const value = map.get(name, true) as Node | undefined;
    if (isScalar(value) && typeof value.value === 'string' && value.value.trim() !== '') return value.value.trim();
    this.say('error', value === undefined ? 'missing' : 'wrong-type', name, value ?? map);
    return '';
  }

  #number(map: YAMLMap, name: string, least: number, most: number, otherwise: number): number {
    const value = map.get(name, true) as Node | undefined;
    if (
      isScalar(value) &&
      Number.isInteger(value.value) &&
      (value.value as number) >= least &&
      (value.value as number) <= most
    )
      return value.value as number;
    this.say('error', value === undefined ? 'missing' : 'not-within', `${name}: ${least}–${most}`, value ?? map);
    return otherwise;
  }

  #oneOf<const T extends string>(map: YAMLMap, name: string, among: readonly T[], otherwise: T): T {
    const value = map.get(name, true) as Node | undefined;
    if (isScalar(value) && among.includes(value.value as T)) return value.value as T;
    this.say(
      'error',
      value === undefined ? 'missing' : name === 'level' ? 'no-level' : 'not-within',
      `${name}: ${among.join(', ')}`,
      value ?? map,
    );
    return otherwise;
  }
}

const node = (map: YAMLMap, name: string): Node | undefined => map.get(name, true) as Node | undefined;

export const PERSONS: Readonly<Record<Approval, 0 | 1 | 2>> = { none: 0, one: 1, two: 2 };
