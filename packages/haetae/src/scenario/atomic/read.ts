import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import {
  type AtomicFault,
  type AtomicInput,
  type AtomicNeed,
  type AtomicProblem,
  type AtomicTest,
  type AtomicWork,
  EXECUTORS,
  type ExecutorName,
  type Shell,
} from './atomic.ts';

export interface AtomicFile {
  readonly path: string;
  readonly text: string;
}

export interface AtomicBook {
  readonly tests: readonly AtomicTest[];
  readonly problems: readonly AtomicProblem[];
}

const MOST_BYTES = 4 * 1024 * 1024;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads files of tests as Atomic Red Team keeps them, one technique a file, and all that is wrong with them. */
export function readAtomics(files: readonly AtomicFile[]): AtomicBook {
  const tests: AtomicTest[] = [];
  const problems: AtomicProblem[] = [];
  const where = new Map<string, string>();
  for (const file of files) {
    const reader = new Reader(file, problems);
    for (const { test, node } of reader.read()) {
      const other = where.get(test.guid);
      if (other !== undefined) {
        reader.say('error', 'same-guid', `${test.guid}, ${other}`, node);
        continue;
      }
      where.set(test.guid, `${test.file}:${test.line}`);
      tests.push(test);
    }
  }
  return { tests, problems };
}

/** Members that nobody asks for are none of our business: the format is another project's, and grows. */
class Reader {
  readonly #file: AtomicFile;
  readonly #lines = new LineCounter();
  readonly #problems: AtomicProblem[];
  #errors = 0;

  constructor(file: AtomicFile, problems: AtomicProblem[]) {
    this.#file = file;
    this.#problems = problems;
  }

  say(severity: AtomicProblem['severity'], code: AtomicFault, about: string, node?: Node | null): void {
    this.#sayAt(severity, code, about, node?.range?.[0] ?? 0);
  }

  #sayAt(severity: AtomicProblem['severity'], code: AtomicFault, about: string, offset: number): void {
    if (severity === 'error') this.#errors++;
    const { line, col } = this.#lines.linePos(offset);
    const at = { file: this.#file.path, line: Math.max(1, line), column: Math.max(1, col) };
    this.#problems.push({ severity, ...at, code, about });
  }

  *read(): Generator<{ readonly test: AtomicTest; readonly node: Node }> {
    const { text } = this.#file;
    if (Buffer.byteLength(text) > MOST_BYTES) return this.say('error', 'too-large', `${MOST_BYTES}`);
    const document = parseDocument(text, { lineCounter: this.#lines, merge: false });
    for (const { message, pos } of document.errors) this.#sayAt('error', 'yaml', message.split('\n')[0]!, pos[0]);
    if (this.#errors > 0) return;
    const root = document.contents;
    if (!isMap(root)) return this.say('error', 'not-a-map', '', root);
    const technique = this.#text(root, 'attack_technique').toUpperCase();
    if (technique !== '' && !/^T\d{4}(?:\.\d{3})?$/.test(technique))
      this.say('error', 'no-technique', technique, at(root, 'attack_technique'));
    const list = at(root, 'atomic_tests');
    if (!isSeq(list))
      return this.say('error', list === undefined ? 'missing' : 'wrong-type', 'atomic_tests', list ?? root);
    if (this.#errors > 0) return;
    for (const [i, node] of (list.items as Node[]).entries()) {
      const before = this.#errors;
      const test = this.#test(node, technique, i + 1);
      if (test !== undefined && this.#errors === before) yield { test, node };
    }
  }

  #test(node: Node, technique: string, number: number): AtomicTest | undefined {
    if (!isMap(node)) {
      this.say('error', 'not-a-map', `atomic_tests[${number}]`, node);
      return undefined;
    }
    const guid = this.#text(node, 'auto_generated_guid').toLowerCase();
    if (guid !== '' && !UUID.test(guid)) this.say('error', 'no-uuid', guid, at(node, 'auto_generated_guid'));
    const work = this.#work(node);
    const shell = work?.kind === 'commands' ? work.shell : 'sh';
    const needs = this.#needs(node);
    const needsIn = this.#needsIn(node, shell);
    const inputs = this.#inputs(node);
    if (work === undefined) return undefined;
    this.#checkUses(node, work, needs, inputs);
    return {
      guid,
      name: this.#text(node, 'name'),
      description: this.#text(node, 'description', ''),
      technique,
      number,
      platforms: this.#platforms(node),
      inputs,
      needsIn,
      needs,
      work,
      file: this.#file.path,
      line: this.#lines.linePos(node.range?.[0] ?? 0).line,
    };
  }

  #work(test: YAMLMap): AtomicWork | undefined {
    const executor = at(test, 'executor');
    if (!isMap(executor)) {
      this.say('error', executor === undefined ? 'missing' : 'not-a-map', 'executor', executor ?? test);
      return undefined;
    }
    const name = this.#executor(executor, 'name');
    if (name === undefined) return undefined;
    const elevated = this.#boolean(executor, 'elevation_required');
    if (name === 'manual') return { kind: 'manual', elevated, steps: this.#text(executor, 'steps') };
    const command = this.#text(executor, 'command');
    return { kind: 'commands', shell: name, elevated, command, cleanup: this.#text(executor, 'cleanup_command', '') };
  }

  #needs(test: YAMLMap): AtomicNeed[] {
    return this.#items(test, 'dependencies').flatMap((one) => {
      if (!isMap(one)) {
        this.say('error', 'not-a-map', 'dependencies', one);
        return [];
      }
      const description = this.#text(one, 'description', '');
      return [
        { description, check: this.#text(one, 'prereq_command', ''), get: this.#text(one, 'get_prereq_command', '') },
      ];
    });
  }

  #needsIn(test: YAMLMap, otherwise: Shell): Shell {
    if (at(test, 'dependency_executor_name') === undefined) return otherwise;
    const name = this.#executor(test, 'dependency_executor_name');
    return name === undefined || name === 'manual' ? otherwise : name;
  }

  #inputs(test: YAMLMap): AtomicInput[] {
    const inputs = at(test, 'input_arguments');
    if (inputs === undefined || (isScalar(inputs) && inputs.value === null)) return [];
    if (!isMap(inputs)) {
      this.say('error', 'not-a-map', 'input_arguments', inputs);
      return [];
    }
    return inputs.items.flatMap(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : '';
      if (!isMap(value)) {
        this.say('error', 'not-a-map', `input_arguments.${name}`, (value ?? key) as Node);
        return [];
      }
      const description = this.#text(value, 'description', '');
      return [
        { name, description, type: this.#text(value, 'type', 'string'), value: this.#text(value, 'default', '') },
      ];
    });
  }

  /** `#{name}` that no input declares stays as it is, as in Atomic Red Team's own runner: Ruby and PowerShell write such text too. */
  #checkUses(test: YAMLMap, work: AtomicWork, needs: readonly AtomicNeed[], inputs: readonly AtomicInput[]): void {
    const texts = work.kind === 'manual' ? [work.steps] : [work.command, work.cleanup];
    const known = new Set(inputs.map(({ name }) => name));
    const used = new Set(
      [...texts, ...needs.flatMap(({ check, get }) => [check, get])].flatMap((text) =>
        [...text.matchAll(/#\{([\w-]+)\}/g)].map(([, name]) => name!),
      ),
    );
    for (const name of used) if (!known.has(name)) this.say('warning', 'undeclared', name, at(test, 'executor'));
  }

  #platforms(test: YAMLMap): string[] {
    const platforms = this.#items(test, 'supported_platforms').flatMap((one) =>
      isScalar(one) && typeof one.value === 'string' ? [one.value.toLowerCase()] : [],
    );
    if (platforms.length === 0) this.say('error', 'missing', 'supported_platforms', test);
    return platforms;
  }

  #executor(map: YAMLMap, member: string): ExecutorName | undefined {
    const name = this.#text(map, member);
    if (EXECUTORS.includes(name as ExecutorName)) return name as ExecutorName;
    if (name !== '') this.say('error', 'no-executor', name, at(map, member));
    return undefined;
  }

  #items(map: YAMLMap, name: string): Node[] {
    const value = at(map, name);
    if (isSeq(value)) return value.items as Node[];
    if (value !== undefined && !(isScalar(value) && value.value === null)) this.say('error', 'wrong-type', name, value);
    return [];
  }

  #boolean(map: YAMLMap, name: string): boolean {
    const value = at(map, name);
    if (value === undefined) return false;
    if (isScalar(value) && typeof value.value === 'boolean') return value.value;
    this.say('error', 'wrong-type', name, value);
    return false;
  }

  /** Numbers and booleans as they are written, since what is read goes into a command line; `otherwise` where it may be absent. */
  #text(map: YAMLMap, name: string, otherwise?: string): string {
    const value = at(map, name);
    if (isScalar(value) && (otherwise !== undefined || value.value !== null)) {
      if (value.value === null) return otherwise!;
      return typeof value.value === 'string' ? value.value : (value.source ?? String(value.value));
    }
    if (value !== undefined)
      this.say('error', value === null || isScalar(value) ? 'missing' : 'wrong-type', name, value);
    else if (otherwise === undefined) this.say('error', 'missing', name, map);
    return otherwise ?? '';
  }
}

const at = (map: YAMLMap, name: string): Node | undefined =>
  (map.get(name, true) as Node | null | undefined) ?? undefined;
